import type { Clock } from "./clock.ts";

/**
 * A clock turned by hand, for simulation and tests: microseconds that pass only in `advanceTo`.
 *
 * It knows no timers. Whoever turns it stops at every expiry: `advanceTo(wheel.nextExpiryUs())`.
 */
export class VirtualClock implements Clock {
  #nowUs: number;

  constructor(startUs = 0) {
    this.#nowUs = startUs;
  }

  now(): number {
    return this.#nowUs;
  }

  /** Moves to `us`. Throws `RangeError` when that is before now, infinite or not a number. */
  advanceTo(us: number): void {
    if (!(us >= this.#nowUs && us < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`a virtual clock at ${this.#nowUs} us cannot go to ${us} us`);
    }
    this.#nowUs = us;
  }
}
