/**
 * Delays between attempts: each ceiling is twice the last, and the delay is drawn between the floor and the
 * ceiling, so that a hundred boards do not knock at a restarted broker in the same moment.
 */
export class Backoff {
  readonly #minMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #ceilingMs: number;

  /** `random` gives 0..1. */
  constructor(minMs: number, maxMs: number, random: () => number) {
    this.#minMs = minMs;
    this.#maxMs = maxMs;
    this.#random = random;
    this.#ceilingMs = minMs;
  }

  /** The next delay, ms, between the two limits. */
  next(): number {
    this.#ceilingMs = Math.min(this.#maxMs, this.#ceilingMs * 2);
    return this.#minMs + this.#random() * (this.#ceilingMs - this.#minMs);
  }

  /** Starts over: the last attempt lasted. */
  reset(): void {
    this.#ceilingMs = this.#minMs;
  }
}
