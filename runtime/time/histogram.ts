/**
 * A histogram of durations in constant memory, log-linear: every microsecond up to 128, then 64 buckets per
 * doubling. A quantile is never low, and high by at most 1/64 (1.6 %), or by less than 1 us where that is more.
 *
 * | durations, us | buckets | wide, us |
 * | --- | --- | --- |
 * | 0..128 | 128 | 1 |
 * | 128..256 | 64 | 2 |
 * | 256..512 | 64 | 4 |
 * | ... | ... | ... |
 * | 2^31..2^32 | 64 | 2^25 |
 *
 * A bucket holds its upper edge and not its lower one. What is longer than 2^32 us (71 minutes) is counted in the
 * last. Memory: 1728 counters, 7 KB, made once: `record` allocates nothing.
 */
const LINEAR = 128;
const PER_DOUBLING = LINEAR / 2;
const DOUBLINGS = 25;
const BUCKETS = LINEAR + DOUBLINGS * PER_DOUBLING;
const LAST = 2 ** 32 - 1;

/** Bars of the coarse view, and the upper edge of the first, us; each reaches twice as far as the one before. */
const BARS = 24;
const FIRST_EDGE_US = 2;

/** Upper edges of all bars but the last, us, included: 2, 4, 8, ... 2^23 (8.4 s). The last holds what is longer. */
export const BAR_EDGES_US: readonly number[] = Array.from(
  { length: BARS - 1 },
  (_, bar) => FIRST_EDGE_US * 2 ** bar,
);

const QUANTILES = [0.5, 0.9, 0.99];

/** What a histogram comes to. Durations in microseconds, rounded; all zero when nothing was recorded. */
export interface Quantiles {
  readonly count: number;
  readonly sum: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  /** How many lie between the edges of `BAR_EDGES_US`, from 0 on; empty bars at the end are left out. At most 24. */
  readonly bars: readonly number[];
}

export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #count = 0;
  #sumUs = 0;
  #maxUs = 0;

  get count(): number {
    return this.#count;
  }

  /** Negative durations count as zero. */
  record(us: number): void {
    const known = us > 0 ? us : 0;
    this.#counts[bucketOf(known)]!++;
    this.#count++;
    this.#sumUs += known;
    if (known > this.#maxUs) this.#maxUs = known;
  }

  /** As new. */
  clear(): void {
    this.#counts.fill(0);
    this.#count = 0;
    this.#sumUs = 0;
    this.#maxUs = 0;
  }

  /** Upper edge of the bucket that holds the quantile, never above the largest value seen. `q` in 0..1. */
  quantile(q: number): number {
    const wanted = Math.max(1, Math.ceil(q * this.#count));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket]!;
      if (seen >= wanted) return this.#upTo(bucket);
    }
    return this.#maxUs;
  }

  /** All in one pass, some 10 us: a job pays for its own report. */
  quantiles(): Quantiles {
    const bars: number[] = [];
    const ranks = QUANTILES.map((q) => Math.max(1, Math.ceil(q * this.#count)));
    const found: number[] = [];
    let seen = 0;
    let end = 0;
    for (let bucket = 0; seen < this.#count; bucket++) {
      if (bucket === end) {
        end = bars.length === BARS - 1 ? BUCKETS : endOfBar(bars.length);
        bars.push(0);
      }
      const count = this.#counts[bucket]!;
      if (count === 0) continue;
      bars[bars.length - 1]! += count;
      seen += count;
      while (found.length < ranks.length && seen >= ranks[found.length]!) found.push(this.#upTo(bucket));
    }
    const [p50 = 0, p90 = 0, p99 = 0] = found.map(Math.round);
    return {
      count: this.#count,
      sum: Math.round(this.#sumUs),
      p50,
      p90,
      p99,
      max: Math.round(this.#maxUs),
      bars,
    };
  }

  #upTo(bucket: number): number {
    return bucket === BUCKETS - 1 ? this.#maxUs : Math.min(this.#maxUs, edgeOf(bucket));
  }
}

/** Counted from zero, so that an upper edge lies inside. */
function bucketOf(us: number): number {
  const whole = Math.min(LAST, Math.ceil(us) - 1);
  if (whole < LINEAR) return Math.max(0, whole);
  const shift = 25 - Math.clz32(whole);
  return shift * PER_DOUBLING + (whole >>> shift);
}

function edgeOf(bucket: number): number {
  if (bucket < LINEAR) return bucket + 1;
  const shift = Math.floor(bucket / PER_DOUBLING) - 1;
  return (bucket - shift * PER_DOUBLING + 1) * 2 ** shift;
}

/** The bucket after the last of a bar: exact, because the edges of bars are edges of buckets. */
function endOfBar(bar: number): number {
  return bucketOf(BAR_EDGES_US[bar]!) + 1;
}
