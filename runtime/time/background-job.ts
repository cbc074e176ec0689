/**
 * A job without a deadline, worked slice by slice in what time the others leave, and in `share` of it at least.
 *
 * It is always released: again at the moment its last slice ended. So its lateness is how long it waited for a
 * turn, and its execution how long its slices are.
 */
import type { Job, JobOutcome, JobSpec, JobTiming, Worker } from "./job.ts";
import { JobRun } from "./job-run.ts";

/** What background work gets at least, as a part of one core. */
export const BACKGROUND_SHARE = 0.05;

export interface BackgroundSpec {
  readonly name: string;
  /** Longest slice that it is planned with, us. */
  readonly budgetUs?: number;
  /** What it gets at least, 0..1. Default `BACKGROUND_SHARE`. */
  readonly share?: number;
}

export class BackgroundJob implements Job {
  readonly spec: JobSpec;
  readonly share: number;
  readonly run: JobRun;
  #releaseUs: number;

  constructor({ share = BACKGROUND_SHARE, ...spec }: BackgroundSpec, nowUs: number) {
    const never = Number.POSITIVE_INFINITY;
    this.spec = { ...spec, deadlineUs: never, hardDeadlineUs: never, criticality: "best-effort" };
    this.share = share;
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
