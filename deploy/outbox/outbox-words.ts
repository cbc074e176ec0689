/** A record in the words of the topic `<root>/<board>/outbox`. */
import { type OutboxRecord, parseKey } from "./record.ts";

/** A record this old was not told as it happened: it waited for the broker, or for the board to start, ms. */
export const LATE_MS = 5000;

/**
 * One JSON object: `id` is the same whenever the record is sent again, `seq` counts within `run`, a gap in it is a loss;
 * `ageMs` is how long it waited while the board ran, `late` whether that was long. `at` overrides the record's own, null.
 */
export function outboxWords(
  store: string,
  { key, at, body }: OutboxRecord,
  ageMs: number,
  lateAt: string | null = null,
): string {
  const { run, number: seq } = parseKey(key);
  const head = { schema: 1, id: `${store}-${run}-${seq}`, run, seq, at: at ?? lateAt };
  const place = JSON.stringify({ ...head, late: ageMs >= LATE_MS, ageMs: Math.round(ageMs) });
  return `${place.slice(0, -1)},${body.slice(1)}`;
}
