/**
 * A record of the outbox: what is said, when, and its place in the order of all that this store ever took.
 *
 * The key is its place: the run of the outbox (counts its starts; kept in the store) and the number within that run,
 * both of fixed width, so that keys sort as text as they were written. `<store>-<run>-<number>` is its id on the wire.
 */

/** What somebody wants kept. */
export interface NewRecord {
  /** Wall time, ISO 8601; null while the clock is not set. */
  readonly at: string | null;
  /** A JSON object, not empty. */
  readonly body: string;
}

export interface OutboxRecord extends NewRecord {
  readonly key: string;
  /** When it came, ms of the outbox's own clock, which only runs while the outbox does. */
  readonly stampMs: number;
}

const RUN_DIGITS = 8;
const NUMBER_DIGITS = 10;

/** Before all records, for reads that begin at the beginning. */
export const FIRST_KEY = "";

/** `run` below 1e8, `number` below 1e10. */
export function recordKey(run: number, number: number): string {
  return String(run).padStart(RUN_DIGITS, "0") + String(number).padStart(NUMBER_DIGITS, "0");
}

/** The two numbers of a key. */
export function parseKey(key: string): { readonly run: number; readonly number: number } {
  return { run: Number(key.slice(0, RUN_DIGITS)), number: Number(key.slice(RUN_DIGITS)) };
}

/** The value under which a store keeps a record. */
export function encodeRecord({ stampMs, at, body }: Omit<OutboxRecord, "key">): string {
  return `${stampMs}\n${at ?? ""}\n${body}`;
}

/** Back from a store; undefined for a value that is none. */
export function decodeRecord(key: string, value: string): OutboxRecord | undefined {
  const first = value.indexOf("\n");
  const second = value.indexOf("\n", first + 1);
  const stampMs = Number(value.slice(0, Math.max(0, first)));
  if (first < 1 || second < 0 || !Number.isFinite(stampMs)) return undefined;
  const at = value.slice(first + 1, second);
  return { key, stampMs, at: at === "" ? null : at, body: value.slice(second + 1) };
}

/** What it takes in a store, bytes, without the store's own overhead. */
export function recordBytes({ key, stampMs, at, body }: OutboxRecord): number {
  return key.length + String(stampMs).length + (at?.length ?? 0) + Buffer.byteLength(body) + 2;
}
