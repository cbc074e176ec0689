/**
 * A histogram of durations in constant memory: 8 buckets per doubling, so a quantile is at most 9 % high.
 *
 * Range 1 us .. 2^32 us (71 minutes); above is counted in the last bucket. Memory: 257 counters, 1 KiB.
 */
const PER_DOUBLING = 8;
const BUCKETS = 32 * PER_DOUBLING + 1;

/** Microseconds, rounded. All zero when nothing was recorded. */
export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #count = 0;
  #maxUs = 0;

  get count(): number {
    return this.#count;
  }

  /** Negative durations count as zero. */
  record(us: number): void {
    const bucket = us < 1 ? 0 : Math.min(BUCKETS - 1, 1 + Math.floor(Math.log2(us) * PER_DOUBLING));
    this.#counts[bucket]!++;
    this.#count++;
    if (us > this.#maxUs) this.#maxUs = us;
  }

  /** Upper edge of the bucket that holds the quantile, never above the largest value seen. `q` in 0..1. */
  quantile(q: number): number {
    const wanted = Math.max(1, Math.ceil(q * this.#count));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket]!;
      if (seen >= wanted) return Math.min(this.#maxUs, 2 ** (bucket / PER_DOUBLING));
    }
    return this.#maxUs;
  }

  quantiles(): Quantiles {
    return {
      p50: Math.round(this.quantile(0.5)),
      p99: Math.round(this.quantile(0.99)),
      max: Math.round(this.#maxUs),
    };
  }
}
