/** One device: what it is, how it is, what it reads, what it takes. */
import { useComputed } from "@preact/signals";
import { readingNames, stateIsOld } from "../store/device.ts";
import { formatSpan, noYes, onOff } from "../store/format.ts";
import { own } from "../store/own.ts";
import { Controls } from "./controls.tsx";
import { Fault } from "./fault.tsx";
import { Icon } from "./icon.tsx";
import { connection, dashboard } from "./live.ts";
import { ModeChip } from "./mode-chip.tsx";
import { ModePanel, Standing } from "./mode-panel.tsx";
import { ReadingRow } from "./reading-row.tsx";
import { Refusals } from "./refusals.tsx";
import { useRowSpan } from "./row-span.ts";
import { TimingLine } from "./timing-line.tsx";
import { WorldPanel } from "./world-panel.tsx";

/** Drawn again only when this device, its timing, or the board's and the page's connection change. */
export function DeviceCard({ board, id }: { readonly board: string; readonly id: string }) {
  const boardOf = () => own(dashboard.value.boards, board);
  const view = useComputed(() => own(boardOf()?.devices ?? {}, id));
  const timing = useComputed(() => own(boardOf()?.timings ?? {}, id));
  const offlineSince = useComputed(() => boardOf()?.offlineSinceMs);
  const old = useComputed(() => {
    const device = view.value;
    return device === undefined || stateIsOld(device, connection.value, offlineSince.value);
  });
  const connected = useComputed(() => connection.value.phase === "online");
  const box = useRowSpan();
  const device = view.value;
  if (device === undefined) return null;
  const { state } = device;
  const disabled = !connected.value || offlineSince.value !== undefined;
  const names = readingNames(device);
  return (
    <article
      ref={box}
      class={old.value ? "card old" : "card"}
      data-testid={`card-${id}`}
      data-mode={state?.mode ?? "unknown"}
      aria-labelledby={`name-${board}-${id}`}
    >
      <header class="card-head">
        <div>
          <h3 id={`name-${board}-${id}`}>{id}</h3>
          <p class="card-sub">
            {[state?.driver, state?.kind].filter((part) => part !== undefined && part !== "").join(" · ") ||
              "has not said what it is"}
          </p>
        </div>
        <ModeChip device={id} mode={state?.mode} old={old.value} />
      </header>
      {state !== undefined && state.cause !== null && (
        <p class="cause" data-testid={`cause-${id}`}>
          <Icon name="warning" />
          {state.cause}
        </p>
      )}
      {state !== undefined && state.stuck !== null && (
        <p class="cause" data-testid={`stuck-${id}`}>
          <Icon name="warning" />
          stuck? {state.stuck.why} for more than {formatSpan(state.stuck.forMs)}
        </p>
      )}
      {state?.latched === true && <Fault board={board} id={id} disabled={disabled} />}
      {state !== undefined && !old.value && (
        <Standing board={board} device={device} state={state} disabled={disabled} />
      )}
      <Refusals board={board} device={device} />
      {names.length === 0 ? (
        <p class="empty">This device has no readings.</p>
      ) : (
        <div class={names.length > 2 ? "readings compact" : "readings"}>
          {names.map((name) => (
            <ReadingRow
              key={name}
              device={id}
              name={name}
              reading={own(device.readings, name)}
              words={state?.kind === "input" ? noYes : onOff}
              offlineSinceMs={offlineSince.value}
            />
          ))}
        </div>
      )}
      {state !== undefined && (
        <Controls board={board} device={device} state={state} disabled={disabled} old={old.value} />
      )}
      <footer class="card-foot">
        <span data-testid={`restarts-${id}`} class={(state?.restarts ?? 0) > 0 ? "counted" : ""}>
          {count(state?.restarts ?? 0, "restart")}
        </span>
        <TimingLine
          id={id}
          timing={timing.value}
          misses={state?.misses ?? 0}
          old={old.value || state?.mode === "off" || state?.mode === "starting"}
        />
      </footer>
      {state !== undefined && <ModePanel board={board} device={device} state={state} disabled={disabled} />}
      {state !== undefined && <WorldPanel board={board} device={device} state={state} disabled={disabled} />}
    </article>
  );
}

function count(number: number, one: string): string {
  return `${number === 0 ? "no" : number} ${number === 1 ? one : `${one}s`}`;
}
