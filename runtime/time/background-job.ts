/**
 * A job without a deadline, worked slice by slice in what time the others leave. Its process belongs into the band
 * `background`, which gets 5 % of the time when the others want all of it.
 *
 * It is always released: again at the moment its last slice ended. So its lateness is how long it waited for a
 * turn, and its execution how long its slices are.
 */
import type { Job, JobOutcome, JobSpec, JobTiming, Worker } from "./job.ts";
import { JobRun } from "./job-run.ts";

export interface BackgroundSpec {
  readonly name: string;
  /** Longest slice that it is planned with, us. */
  readonly budgetUs?: number;
}

export class BackgroundJob implements Job {
  readonly spec: JobSpec;
  readonly run: JobRun;
  #releaseUs: number;

  constructor(spec: BackgroundSpec, nowUs: number) {
    const never = Number.POSITIVE_INFINITY;
    this.spec = { ...spec, deadlineUs: never, hardDeadlineUs: never, criticality: "best-effort" };
    this.run = new JobRun("background", this.spec, null);
    this.#releaseUs = nowUs;
  }

  get releaseUs(): number {
    return this.#releaseUs;
  }

  get misses(): number {
    return this.run.misses;
  }

  begin(worker: Worker): boolean {
    this.run.begin(worker, worker.nowUs(), this.#releaseUs);
    return true;
  }

  end(worker: Worker): JobOutcome {
    this.#releaseUs = worker.nowUs();
    this.run.end(worker, this.#releaseUs);
    return this.run.outcome();
  }

  lapsed(): JobOutcome {
    return this.run.outcome();
  }

  timing(): JobTiming {
    return this.run.timing();
  }
}
