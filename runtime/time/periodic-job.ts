/**
 * A job that is released every period.
 *
 * Releases stand on a fixed grid, `firstUs + n * periodUs`: reckoned anew each time, not added up, so neither
 * lateness nor rounding moves them. A job that begins late works for the newest release there is; the older ones
 * are skipped.
 */
import type { Job, JobOutcome, JobSpec, JobTiming, Worker } from "./job.ts";
import { JobRun } from "./job-run.ts";

export interface PeriodicSpec extends JobSpec {
  readonly periodUs: number;
}

export class PeriodicJob implements Job {
  readonly spec: PeriodicSpec;
  readonly run: JobRun;
  readonly #firstUs: number;
  /** Number of the next release. */
  #number = 0;

  /** The first release is at `firstUs`. */
  constructor(spec: PeriodicSpec, firstUs: number) {
    this.spec = spec;
    this.run = new JobRun("periodic", spec, spec.periodUs);
    this.#firstUs = firstUs;
  }

  get releaseUs(): number {
    return this.#firstUs + this.#number * this.spec.periodUs;
  }

  get misses(): number {
    return this.run.misses;
  }

  begin(worker: Worker): boolean {
    const nowUs = worker.nowUs();
    this.#skip(Math.floor((nowUs - this.releaseUs) / this.spec.periodUs));
    if (nowUs > this.releaseUs + this.spec.hardDeadlineUs) {
      this.#skip(1);
      return false;
    }
    this.run.begin(worker, nowUs, this.releaseUs);
    return true;
  }

  end(worker: Worker): JobOutcome {
    const nowUs = worker.nowUs();
    this.run.end(worker, nowUs);
    this.#number++;
    const { periodUs, deadlineUs, onMiss } = this.spec;
    const passed = Math.ceil((nowUs - this.releaseUs) / periodUs);
    const newestUs = this.releaseUs + (passed - 1) * periodUs;
    const worthIt = onMiss === "count" && newestUs + deadlineUs > nowUs;
    this.#skip(worthIt ? passed - 1 : passed);
    return this.run.outcome();
  }

  lapsed(): JobOutcome {
    return this.run.outcome();
  }

  timing(): JobTiming {
    return this.run.timing();
  }

  #skip(releases: number): void {
    if (releases <= 0) return;
    this.run.skip(releases);
    this.#number += releases;
  }
}

/**
 * The first release from `nowUs` on. With a phase it stands on the grid of the clock itself (multiples of the
 * period, plus the phase), which is the same for all processes of a machine and survives their restarts: so two
 * jobs of one period stay as far apart as their phases. Without one it is now.
 */
export function firstReleaseUs(nowUs: number, periodUs: number, phaseUs?: number): number {
  if (phaseUs === undefined) return nowUs;
  return phaseUs + Math.ceil((nowUs - phaseUs) / periodUs) * periodUs;
}
