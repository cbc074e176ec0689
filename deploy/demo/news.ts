/** Events of the demo's boards in words: those that tell the story of the link and of the pump. */

/** An event is on its way for less than that, ms. */
const LATE_MS = 2000;

/** One line without the board's name; `undefined` for what is not told. */
export function newsLine({ kind, ...event }: Readonly<Record<string, unknown>>): string | undefined {
  const { device, peer, state, cause, level, by, reason, from, mode } = event;
  switch (kind) {
    case "link":
      if (peer === undefined) return undefined; // with the broker
      return state === "up" ? `linked with ${peer}` : `the link with ${peer} is down: ${cause}`;
    case "output":
      return device === "pump" ? `the pump is ${level === 0 ? "off" : "on"}` : undefined;
    case "commandExpired":
      return `the command of ${by ?? "a person"} for ${device} has ended${cause === undefined ? " with its lease" : `: ${cause}`}`;
    case "mode":
      return device === "irrigation" ? `irrigation is in mode ${mode}: ${cause}` : undefined;
    case "waits":
      return `${device} waits: ${cause}`;
    case "refused":
      return `refused for ${device}: ${reason}${from === undefined ? "" : ` (${from})`}`;
    default:
      return undefined;
  }
}

/** Of an event that is told long after it happened, because the broker was out of reach; empty for others. `at`: ISO 8601. */
export function lateness(at: unknown, nowMs: number): string {
  const atMs = typeof at === "string" ? Date.parse(at) : Number.NaN;
  return nowMs - atMs > LATE_MS ? ` (at ${new Date(atMs).toISOString().slice(11, 19)}, told only now)` : "";
}
