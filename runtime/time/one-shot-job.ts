/** A job that is released once. Begun after its hard deadline it is dropped: what was asked for is not wanted any more. */
import type { Job, JobOutcome, JobSpec, JobTiming, Worker } from "./job.ts";
import { JobRun } from "./job-run.ts";

export class OneShotJob implements Job {
  readonly spec: JobSpec;
  readonly run: JobRun;
  #releaseUs: number;

  constructor(spec: JobSpec, releaseUs: number) {
    this.spec = spec;
    this.run = new JobRun("one-shot", spec, null);
    this.#releaseUs = releaseUs;
  }

  /** `Infinity` once it is done or dropped. */
  get releaseUs(): number {
    return this.#releaseUs;
  }

  get misses(): number {
    return this.run.misses;
  }

  begin(worker: Worker): boolean {
    const releaseUs = this.#releaseUs;
    if (releaseUs === Number.POSITIVE_INFINITY) return false;
    const nowUs = worker.nowUs();
    if (nowUs > releaseUs + this.spec.hardDeadlineUs) {
      this.#releaseUs = Number.POSITIVE_INFINITY;
      this.run.skip(1);
      return false;
    }
    this.run.begin(worker, nowUs, releaseUs);
    return true;
  }

  end(worker: Worker): JobOutcome {
    this.#releaseUs = Number.POSITIVE_INFINITY;
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
