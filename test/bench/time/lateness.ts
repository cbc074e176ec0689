/**
 * How late releases were: a count for each microsecond up to 20 ms, as cyclictest counts them (whole
 * microseconds, cut off), so that all contenders are read in the same way.
 */
const MOST_US = 20_000;

/** As JSON: only microseconds that occurred. */
export interface LatenessJson {
  readonly counts: readonly (readonly [us: number, count: number])[];
  /** Later than 20 ms. */
  readonly over: number;
  readonly worstUs: number;
  /** Releases that passed while the one before was late: they have no lateness. */
  readonly skipped: number;
  /** Processor time of the whole program while it measured, percent of one core. */
  readonly cpuPercent?: number;
}

export class Lateness {
  readonly #counts = new Float64Array(MOST_US + 1);
  #over = 0;
  #worstUs = 0;
  #skipped = 0;
  #count = 0;
  #cpu: number[] = [];

  static of(all: readonly LatenessJson[]): Lateness {
    const sum = new Lateness();
    for (const one of all) sum.add(one);
    return sum;
  }

  /** A release that came `us` late; one that came early is 0 late. */
  record(us: number): void {
    const whole = Math.max(0, Math.floor(us));
    if (whole > MOST_US) this.#over++;
    else this.#counts[whole]!++;
    this.#count++;
    if (us > this.#worstUs) this.#worstUs = us;
  }

  skip(releases: number): void {
    this.#skipped += releases;
  }

  add({ counts, over, worstUs, skipped, cpuPercent }: LatenessJson): void {
    for (const [us, count] of counts) {
      this.#counts[us]! += count;
      this.#count += count;
    }
    this.#over += over;
    this.#count += over;
    this.#worstUs = Math.max(this.#worstUs, worstUs);
    this.#skipped += skipped;
    if (cpuPercent !== undefined) this.#cpu.push(cpuPercent);
  }

  get count(): number {
    return this.#count;
  }

  get skipped(): number {
    return this.#skipped;
  }

  get worstUs(): number {
    return Math.round(this.#worstUs);
  }

  get cpuPercent(): number | undefined {
    return this.#cpu.length === 0
      ? undefined
      : this.#cpu.reduce((sum, one) => sum + one, 0) / this.#cpu.length;
  }

  /** Whole us below which this part of the releases stays; infinite when that is beyond 20 ms. */
  quantileUs(part: number): number {
    let left = Math.ceil(part * this.#count);
    for (let us = 0; us <= MOST_US; us++) {
      left -= this.#counts[us]!;
      if (left <= 0) return us;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Releases that were later than so many whole us. */
  laterThan(us: number): number {
    let count = this.#over;
    for (let at = us + 1; at <= MOST_US; at++) count += this.#counts[at]!;
    return count;
  }

  toJson(): LatenessJson {
    const counts: [number, number][] = [];
    for (const [us, count] of this.#counts.entries()) if (count > 0) counts.push([us, count]);
    return { counts, over: this.#over, worstUs: this.#worstUs, skipped: this.#skipped };
  }
}
