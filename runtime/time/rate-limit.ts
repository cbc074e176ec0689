/** How often something may happen: `burst` at once, then one every `everyUs`. A token bucket, without a timer. */
export class RateLimit {
  readonly #burst: number;
  readonly #everyUs: number;
  #tokens: number;
  #atUs = Number.NEGATIVE_INFINITY;

  constructor(burst: number, everyUs: number) {
    this.#burst = burst;
    this.#everyUs = everyUs;
    this.#tokens = burst;
  }

  /** True when it may happen now, and then it counts as happened. */
  take(nowUs: number): boolean {
    const earned = (nowUs - this.#atUs) / this.#everyUs;
    this.#tokens = Math.min(this.#burst, this.#tokens + earned);
    this.#atUs = nowUs;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
