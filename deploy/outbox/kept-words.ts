/**
 * Decides what of all that a board tells is worth keeping until a broker has it: events of certain kinds, and readings
 * of devices that say `keepEvery`. A reading is kept when it is the first, when its quality changed, and, `keepEvery` after
 * the last that was kept, when it has left its resolution.
 */
import type { TelemetrySink } from "../board/telemetry.ts";
import type { NewRecord } from "./record.ts";

export interface KeptWordsOptions {
  /** Kinds of events that are kept. */
  readonly events: readonly string[];
  /** Shortest time between two kept values of a reading, by device, ms. */
  readonly keepEveryMs: Readonly<Record<string, number>>;
  /** Monotonic ms. */
  readonly now: () => number;
  /** Wall time, ISO 8601; null while the clock is not set. */
  readonly at: () => string | null;
  readonly keep: (record: NewRecord) => void;
}

/** An event that is longer is kept without its details, characters. */
const LONGEST_BODY = 16_384;

type Reading = Parameters<TelemetrySink["reading"]>[2];

export class KeptWords {
  readonly #options: KeptWordsOptions;
  readonly #events: ReadonlySet<string>;
  readonly #last = new Map<string, { readonly reading: Reading; readonly atMs: number }>();

  constructor(options: KeptWordsOptions) {
    this.#options = options;
    this.#events = new Set(options.events);
  }

  /** `resolution`: smaller changes of a number are none. */
  reading(device: string, id: string, reading: Reading, resolution: number): void {
    const { keepEveryMs, now, keep } = this.#options;
    const everyMs = Object.hasOwn(keepEveryMs, device) ? keepEveryMs[device] : undefined;
    if (everyMs === undefined) return;
    const name = `${device}/${id}`;
    const last = this.#last.get(name);
    if (last !== undefined && last.reading.quality === reading.quality) {
      if (now() - last.atMs < everyMs || !differs(reading.value, last.reading.value, resolution)) return;
    }
    this.#last.set(name, { reading, atMs: now() });
    const { value, unit, quality, at } = reading;
    keep({ at, body: JSON.stringify({ device, reading: id, value, unit, quality }) });
  }

  event(event: { readonly kind: string } & Readonly<Record<string, unknown>>): void {
    if (!this.#events.has(event.kind)) return;
    const body = JSON.stringify({ event });
    const { kind, device, cause } = event;
    this.#options.keep({
      at: this.#options.at(),
      body:
        body.length <= LONGEST_BODY ? body : JSON.stringify({ event: { kind, device, cause, cut: true } }),
    });
  }
}

function differs(value: Reading["value"], last: Reading["value"], resolution: number): boolean {
  if (typeof value !== "number" || typeof last !== "number") return value !== last;
  // Half a billionth of slack: 21.4 - 21.3 is a little less than 0.1.
  return value !== last && Math.abs(value - last) >= resolution * (1 - 5e-10);
}
