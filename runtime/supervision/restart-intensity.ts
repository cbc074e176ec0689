/**
 * Counts restarts: are they more than `intensity` within a period?
 *
 * Only the last `intensity` restarts matter: one more is too many when the oldest of them is not yet a period
 * old. Cost: O(1) a restart; memory grows with restarts up to `intensity` numbers.
 */
export class RestartIntensity {
  readonly #intensity: number;
  readonly #periodUs: number;
  readonly #timesUs: number[] = [];
  #oldest = 0;

  constructor(intensity: number, periodMs: number) {
    this.#intensity = intensity;
    this.#periodUs = periodMs * 1000;
  }

  /** Counts a restart; false when it is one too many. A restart exactly a period ago still counts. */
  mayRestart(nowUs: number): boolean {
    if (this.#timesUs.length < this.#intensity) {
      this.#timesUs.push(nowUs);
      return true;
    }
    const oldestUs = this.#timesUs[this.#oldest];
    if (oldestUs === undefined || nowUs - oldestUs <= this.#periodUs) return false;
    this.#timesUs[this.#oldest] = nowUs;
    this.#oldest = (this.#oldest + 1) % this.#intensity;
    return true;
  }
}
