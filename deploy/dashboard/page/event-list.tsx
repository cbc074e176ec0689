/** What happened on a board, newest first, by device and kind. */
import { useComputed, useSignal } from "@preact/signals";
import { describeEvent, filterEvents, keptEvents } from "../store/event-log.ts";
import { formatTime } from "../store/format.ts";
import { own } from "../store/own.ts";
import { eventIcon, Icon } from "./icon.tsx";
import { dashboard, now, openedMs } from "./live.ts";

/** Drawn again when something happened, not with every reading. */
export function EventList({ id }: { readonly id: string }) {
  const boardOf = () => own(dashboard.value.boards, id);
  const log = useComputed(() => boardOf()?.events);
  const names = useComputed(() => Object.keys(boardOf()?.devices ?? {}).join("/"));
  const unread = useComputed(() => dashboard.value.unreadable);
  const device = useSignal("");
  const kind = useSignal("");
  const events = log.value ?? [];
  const shown = filterEvents(events, { device: device.value, kind: kind.value });
  const unreadable = unread.value;
  return (
    <aside class="events" data-testid="events" aria-label={`events of ${id}`}>
      <header class="events-head">
        <h3>Events</h3>
        <Filter
          name="device"
          value={device.value}
          choices={choices(
            [
              "board",
              ...names.value.split("/").filter((name) => name !== ""),
              ...events.flatMap((event) => event.device ?? []),
            ],
            device.value,
          )}
          onChange={(value) => {
            device.value = value;
          }}
        />
        <Filter
          name="kind"
          value={kind.value}
          choices={choices(
            events.map((event) => event.kind),
            kind.value,
          )}
          onChange={(value) => {
            kind.value = value;
          }}
        />
      </header>
      {shown.length === 0 ? (
        <p class="empty" data-testid="events-empty">
          {events.length === 0
            ? `Nothing has happened since the page was opened at ${formatTime(openedMs, now.value)}.`
            : "No event matches the filter."}
        </p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keyboard
        <ol class="event-rows" tabIndex={0}>
          {shown.map((event) => (
            <li key={event.sequence} class="event" data-kind={event.kind} data-testid="event">
              <Icon name={eventIcon(event.kind)} />
              <div>
                <p class="event-head">
                  <b>{event.device ?? "board"}</b>
                  <span class="event-kind">{event.kind}</span>
                  <time title={event.atMs === null ? "time of arrival; the board's clock is not set" : ""}>
                    {formatTime(event.atMs ?? event.receivedMs, now.value)}
                  </time>
                </p>
                <p class="event-text">{describeEvent(event)}</p>
              </div>
            </li>
          ))}
        </ol>
      )}
      {events.length === keptEvents && <p class="empty">Older events than the last {keptEvents} are gone.</p>}
      {unreadable > 0 && (
        <p class="empty" data-testid="unreadable">
          {unreadable} {unreadable === 1 ? "message" : "messages"} could not be read and changed nothing.
        </p>
      )}
    </aside>
  );
}

interface FilterProps {
  readonly name: string;
  readonly value: string;
  readonly choices: readonly string[];
  onChange(value: string): void;
}

function Filter({ name, value, choices, onChange }: FilterProps) {
  return (
    <select
      aria-label={`show events of ${name}`}
      data-testid={`events-filter-${name}`}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      <option value="">every {name}</option>
      {choices.map((choice) => (
        <option key={choice} value={choice}>
          {choice}
        </option>
      ))}
    </select>
  );
}

/** What there is to choose, and what is chosen even when its last event is gone. */
function choices(values: readonly string[], chosen: string): readonly string[] {
  return [...new Set(chosen === "" ? values : [...values, chosen])].sort();
}
