/**
 * A periodic job: when it is released, when it is due, and how well that was kept.
 *
 * Releases stand on a fixed grid, so a late one does not push the next. Releases that passed while the job
 * was still at work are skipped and counted as misses: never a burst of stale work.
 */
import { Histogram, type Quantiles } from "./histogram.ts";

/** All in microseconds; deadlines are relative to the release. */
export interface JobSpec {
  readonly name: string;
  readonly periodUs: number;
  readonly deadlineUs: number;
  /** Past this the cell counts as hung. */
  readonly hardDeadlineUs: number;
}

export interface JobTiming {
  readonly count: number;
  /** Jobs that ended after their deadline, and releases skipped. */
  readonly misses: number;
  readonly latenessUs: Quantiles;
  readonly executionUs: Quantiles;
}

/** The part of a process a job needs. */
interface Worker {
  nowUs(): number;
  work(deadlineUs: number, hardDeadlineUs: number): void;
}

export class Job {
  readonly spec: JobSpec;
  readonly #lateness = new Histogram();
  readonly #execution = new Histogram();
  #releaseUs: number;
  #begunUs = 0;
  #count = 0;
  #misses = 0;

  /** The first release is at `firstUs`. */
  constructor(spec: JobSpec, firstUs: number) {
    this.spec = spec;
    this.#releaseUs = firstUs;
  }

  get releaseUs(): number {
    return this.#releaseUs;
  }

  get misses(): number {
    return this.#misses;
  }

  /** Call when the release has come, before the work. */
  begin(worker: Worker): void {
    const now = worker.nowUs();
    this.#begunUs = now;
    this.#lateness.record(now - this.#releaseUs);
    worker.work(this.#releaseUs + this.spec.deadlineUs, this.#releaseUs + this.spec.hardDeadlineUs);
  }

  /** Call after the work; returns true when the deadline was missed or a release was skipped. */
  end(worker: Worker): boolean {
    const now = worker.nowUs();
    const { periodUs, deadlineUs } = this.spec;
    this.#count++;
    this.#execution.record(now - this.#begunUs);
    const before = this.#misses;
    if (now > this.#releaseUs + deadlineUs) this.#misses++;
    this.#releaseUs += periodUs;
    if (this.#releaseUs < now) {
      const skipped = Math.ceil((now - this.#releaseUs) / periodUs);
      this.#misses += skipped;
      this.#releaseUs += skipped * periodUs;
    }
    worker.work(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    return this.#misses > before;
  }

  timing(): JobTiming {
    return {
      count: this.#count,
      misses: this.#misses,
      latenessUs: this.#lateness.quantiles(),
      executionUs: this.#execution.quantiles(),
    };
  }
}
