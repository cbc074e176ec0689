/** The events of one board, newest first, and how each reads as a sentence. */
import { formatMicros, formatSpan, formatValue } from "./format.ts";
import { own } from "./own.ts";
import type { EventMessage, Value } from "./wire.ts";

export interface LoggedEvent extends EventMessage {
  /** Counts up within the page; a key that stays. */
  readonly sequence: number;
  readonly receivedMs: number;
}

/** Enough for an afternoon of trouble, little enough for a phone. */
export const keptEvents = 200;

export function logEvent(
  events: readonly LoggedEvent[],
  message: EventMessage,
  receivedMs: number,
): readonly LoggedEvent[] {
  const sequence = (events[0]?.sequence ?? 0) + 1;
  return [{ ...message, sequence, receivedMs }, ...events].slice(0, keptEvents);
}

/** An empty string filters nothing. Events of the board itself have no device; `board` selects them. */
export function filterEvents(
  events: readonly LoggedEvent[],
  filter: { readonly device: string; readonly kind: string },
): readonly LoggedEvent[] {
  return events.filter(
    (event) =>
      (filter.device === "" || (event.device ?? "board") === filter.device) &&
      (filter.kind === "" || event.kind === filter.kind),
  );
}

const titles: Readonly<Record<string, string>> = {
  crash: "crashed",
  restart: "restarted",
  mode: "changed mode",
  order: "was given an order",
  miss: "missed a deadline",
  refused: "refused a command",
  link: "link changed",
  commandExpired: "command ended, output safe",
  fence: "fenced",
  maxOn: "longest time on reached",
  boot: "board started",
};

/** Fields that the title already says, or that only programs need. */
const unsaid = new Set([
  ...["id", "board", "incarnation", "from", "to", "mode"],
  ...["names", "stack", "handled", "waiting", "mailboxLength"],
]);

/** The event in words, without time and device. */
export function describeEvent(event: EventMessage): string {
  const { from, to } = event.detail;
  const title =
    event.kind === "mode" && typeof to === "string"
      ? `${typeof from === "string" ? `${from} → ` : "now "}${to}`
      : event.kind === "refused" && event.detail.by === "broker"
        ? "refused at the broker"
        : (own(titles, event.kind) ?? words(event.kind));
  const details = Object.entries(event.detail)
    .filter(([name, value]) => value !== null && !(unsaid.has(name) && Object.hasOwn(titles, event.kind)))
    .map(([name, value]) => detail(name, value));
  if (event.cause !== null) details.unshift(event.cause);
  return details.length === 0 ? title : `${title}: ${details.join(", ")}`;
}

function detail(name: string, value: Value): string {
  if (name === "reason") return String(value);
  if (name.endsWith("Us") && typeof value === "number")
    return `${words(name.slice(0, -2))} ${formatMicros(value)}`;
  if (name.endsWith("Ms") && typeof value === "number")
    return `${words(name.slice(0, -2))} ${formatSpan(value)}`;
  if (typeof value === "number") return `${words(name)} ${formatValue(value, "")}`;
  return `${words(name)} ${value}`;
}

/** `commandExpired` as `command expired`. */
function words(name: string): string {
  return name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, " ").toLowerCase();
}
