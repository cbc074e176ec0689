/** One board: its status, its devices, what happened on it. */
import { useComputed } from "@preact/signals";
import { type Board, devicesOf } from "../store/dashboard.ts";
import { formatSpan } from "../store/format.ts";
import { outboxTrouble } from "../store/outbox.ts";
import { own } from "../store/own.ts";
import { DeviceCard } from "./device-card.tsx";
import { EventList } from "./event-list.tsx";
import { Icon } from "./icon.tsx";
import { LinkPanel } from "./link-panel.tsx";
import { connection, dashboard, now } from "./live.ts";

/** `schema` of the status topic this page was written for. */
const knownSchema = 1;

export function BoardSection({ id }: { readonly id: string }) {
  const view = useComputed(() => own(dashboard.value.boards, id));
  const board = view.value;
  if (board === undefined) return null;
  const devices = devicesOf(board);
  return (
    <section class="board" data-testid={`board-${id}`} aria-labelledby={`board-name-${id}`}>
      <BoardHead board={board} />
      <LinkPanel id={id} />
      <div class="board-body">
        {devices.length === 0 ? (
          <p class="empty-state">This board has not told about any device yet.</p>
        ) : (
          <div class="grid">
            {devices.map((device) => (
              <DeviceCard key={device.id} board={id} id={device.id} />
            ))}
          </div>
        )}
        <EventList id={id} />
      </div>
    </section>
  );
}

function BoardHead({ board }: { readonly board: Board }) {
  const { id, status } = board;
  const offline = status?.state === "offline";
  const lost = connection.value.phase !== "online";
  const last = lost || offline ? "last known: " : "";
  const trouble = outboxTrouble(status?.outbox);
  return (
    <header class="board-head">
      <h2 id={`board-name-${id}`}>{id}</h2>
      <span
        class={`state state-${lost ? "lost" : (status?.state ?? "unknown")}`}
        data-testid={`status-${id}`}
        data-state={status?.state ?? "unknown"}
      >
        <Icon name={lost || status === undefined ? "suspect" : offline ? "bad" : "good"} />
        {lost && status !== undefined && "was "}
        {status?.state ?? "no status yet"}
      </span>
      {status?.hardware !== undefined && (
        <span class={`badge badge-${status.hardware}`} data-testid={`hardware-${id}`}>
          {status.hardware === "emulated" ? "EMULATED" : "real hardware"}
        </span>
      )}
      <ul class="facts">
        {status?.incarnation !== undefined && (
          <li data-testid={`incarnation-${id}`}>incarnation {status.incarnation}</li>
        )}
        {status?.version !== undefined && <li>version {status.version}</li>}
        {status?.clock !== undefined && <li>clock {status.clock}</li>}
        <li data-testid={`modes-${id}`}>
          {last}
          {modes(board)}
        </li>
      </ul>
      {offline && (
        <p class="board-note" role="status" data-testid={`offline-${id}`}>
          <Icon name="warning" />
          The board is offline
          {typeof board.offlineSinceMs === "number" && ` for ${formatSpan(now.value - board.offlineSinceMs)}`}
          . Its values are old, and it takes no commands.
        </p>
      )}
      {trouble !== undefined && (
        <p class="board-note" role="status" data-testid={`outbox-${id}`}>
          <Icon name="warning" />
          {trouble}
        </p>
      )}
      {status?.schema !== undefined && status.schema !== knownSchema && (
        <p class="board-note" role="status">
          <Icon name="warning" />
          The board speaks schema {status.schema}, this page knows {knownSchema}. Something may be missing
          here.
        </p>
      )}
    </header>
  );
}

/** `5 full, 1 reduced`, from the top of the ladder down. */
function modes(board: Board): string {
  const devices = Object.values(board.devices);
  const parts = ["full", "reduced", "safe", "off", "starting"].flatMap((mode) => {
    const number = devices.filter(({ state }) => state?.mode === mode).length;
    return number === 0 ? [] : [`${number} ${mode}`];
  });
  return parts.length === 0 ? "no devices" : parts.join(", ");
}
