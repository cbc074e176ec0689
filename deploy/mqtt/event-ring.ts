/**
 * Events on their way out, oldest first; each stays until the broker has acknowledged it.
 *
 * Bound: `capacity`. When it is full the oldest is dropped and counted, and the next event that goes out is
 * preceded by one of kind `dropped` with that count.
 */
export class EventRing {
  readonly #capacity: number;
  #waiting: Slot[] = [];
  #dropped = 0;
  #unreported = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Events dropped since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Events that wait or are under way. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Adds one event. Throws TypeError when it is no JSON. */
  push(event: Readonly<Record<string, unknown>>): void {
    this.#waiting.push({ payload: JSON.stringify(event), underWay: false });
    if (this.#waiting.length <= this.#capacity) return;
    this.#waiting.shift();
    this.#dropped++;
    this.#unreported++;
  }

  /** Hands waiting events to `publish` until it says `false`; `done` must be called when one arrived or not. */
  take(publish: (payload: string, done: (error?: Error) => void) => boolean): void {
    if (this.#unreported > 0) {
      const count = this.#unreported;
      const payload = JSON.stringify({ kind: "dropped", count });
      if (!publish(payload, (error) => this.#reported(count, error))) return;
      this.#unreported = 0;
    }
    for (const slot of this.#waiting) {
      if (slot.underWay) continue;
      if (!publish(slot.payload, (error) => this.#ended(slot, error))) return;
      slot.underWay = true;
    }
  }

  #reported(count: number, error: Error | undefined): void {
    if (error !== undefined) this.#unreported += count;
  }

  #ended(slot: Slot, error: Error | undefined): void {
    slot.underWay = false;
    if (error === undefined) this.#waiting = this.#waiting.filter((other) => other !== slot);
  }
}

interface Slot {
  readonly payload: string;
  underWay: boolean;
}
