import { SPIN_SHARE, type SpinShares, WINDOW_US } from "./spin-shares.ts";

/** What may be saved up. */
const MOST_US = SPIN_SHARE.cell * WINDOW_US;

/**
 * How long a cell may spin: a token bucket that fills with a tenth of the time and holds 10 ms, within what the
 * board has left.
 *
 * A job at 1 kHz so has 100 us for each release, one at 10 Hz as much as any lead needs.
 */
export class SpinBudget {
  readonly #shares: SpinShares;
  #savedUs = MOST_US;
  #savedAtUs: number;

  constructor(shares: SpinShares, nowUs: number) {
    this.#shares = shares;
    this.#savedAtUs = nowUs;
  }

  /** What may be spun from `atUs` on, which may be ahead, us; never negative. */
  leftUs(atUs: number): number {
    return Math.max(0, Math.min(this.#savedBy(atUs), this.#shares.leftUs(atUs)));
  }

  /** A spin that the system interrupted was longer than allowed: that time is owed. */
  spent(us: number, nowUs: number): void {
    this.#savedUs = this.#savedBy(nowUs) - us;
    this.#savedAtUs = nowUs;
    this.#shares.spent(us, nowUs);
  }

  #savedBy(atUs: number): number {
    return Math.min(MOST_US, this.#savedUs + (atUs - this.#savedAtUs) * SPIN_SHARE.cell);
  }
}
