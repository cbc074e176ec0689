/**
 * A job that is released by arrivals, at most one in a minimum distance: only with that distance can its demand be
 * reckoned (Mok 1983), so it is enforced here, whatever arrives.
 *
 * What waits for its release is bounded, and what waited past its deadline is dropped before work.
 */
import type { Job, JobOutcome, JobSpec, JobTiming, Worker } from "./job.ts";
import { JobRun } from "./job-run.ts";

export interface SporadicSpec extends JobSpec {
  readonly minDistanceUs: number;
  /** An arrival too early is put off to the minimum distance, or dropped. */
  readonly early: "defer" | "drop";
  /** Arrivals that may wait; more are dropped. Default 16. */
  readonly capacity?: number;
}

export class SporadicJob implements Job {
  readonly spec: SporadicSpec;
  readonly run: JobRun;
  /** Releases that wait, oldest first. */
  readonly #releases: number[] = [];
  #lastUs = Number.NEGATIVE_INFINITY;

  constructor(spec: SporadicSpec) {
    this.spec = spec;
    this.run = new JobRun("sporadic", spec, spec.minDistanceUs);
  }

  get releaseUs(): number {
    return this.#releases[0] ?? Number.POSITIVE_INFINITY;
  }

  /** Something to do has arrived. False when it is dropped: too early, or too many wait; counted as skipped, not as missed. */
  arrive(nowUs: number): boolean {
    const { minDistanceUs, early, capacity = 16 } = this.spec;
    const earliestUs = this.#lastUs + minDistanceUs;
    if ((nowUs < earliestUs && early === "drop") || this.#releases.length >= capacity) {
      this.run.skip(1, false);
      return false;
    }
    this.#lastUs = Math.max(nowUs, earliestUs);
    this.#releases.push(this.#lastUs);
    return true;
  }

  get misses(): number {
    return this.run.misses;
  }

  begin(worker: Worker): boolean {
    const nowUs = worker.nowUs();
    while (this.releaseUs + this.spec.deadlineUs < nowUs) {
      this.#releases.shift();
      this.run.skip(1);
    }
    if (this.releaseUs > nowUs) return false;
    this.run.begin(worker, nowUs, this.releaseUs);
    return true;
  }

  end(worker: Worker): JobOutcome {
    this.#releases.shift();
    this.run.end(worker, worker.nowUs());
    return this.run.outcome();
  }

  lapsed(): JobOutcome {
    return this.run.outcome();
  }

  timing(): JobTiming {
    return this.run.timing();
  }
}
