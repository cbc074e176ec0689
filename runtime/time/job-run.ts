/**
 * What every kind of job has in common: the job at hand, and the record of those before.
 *
 * Execution is the time between `begin` and `end` without what lies between `pause` and `resume`, and without what the
 * thread waited for answers. While the job
 * waits nothing of it can hang, so its hard deadline is taken back; a process that is resumed late, after that
 * deadline, has not hung either, and is measured by its cell's longest slice.
 */
import type { JobAtHand, JobKind, JobOutcome, JobSpec, JobTiming, Worker, WorstJob } from "./job.ts";
import { JobAborted } from "./job-aborted.ts";
import { MissWindow } from "./miss-window.ts";
import { MovingHistogram } from "./moving-histogram.ts";

const NEVER = Number.POSITIVE_INFINITY;
/** For the failure of a wait to be seen and told before the watchdog sees the hard deadline pass; of a short one a tenth. */
const LONGEST_LEAD_US = 1000;

export class JobRun implements JobAtHand {
  readonly #kind: JobKind;
  readonly #spec: JobSpec;
  readonly #periodUs: number | null;
  readonly #window: MissWindow | undefined;
  readonly #lateness = new MovingHistogram();
  readonly #execution = new MovingHistogram();
  readonly #response = new MovingHistogram();
  #releaseUs = 0;
  #begunUs = 0;
  #executedUs = 0;
  #resumedUs = 0;
  /** What its thread had waited by then. */
  #waitedUs = 0;
  #abortedNow = false;
  #count = 0;
  #misses = 0;
  #skipped = 0;
  #aborted = 0;
  #overBudget = 0;
  #worst: WorstJob | null = null;
  // Since the last outcome.
  #late = false;
  #skippedNow = 0;
  #missed = false;
  #descend = false;
  #overBudgetUs: number | undefined;

  /** `periodUs`: for people; `null` for what does not repeat. */
  constructor(kind: JobKind, spec: JobSpec, periodUs: number | null) {
    this.#kind = kind;
    this.#spec = spec;
    this.#periodUs = periodUs;
    const { onMiss } = spec;
    this.#window = typeof onMiss === "object" ? new MissWindow(onMiss.descend) : undefined;
  }

  get name(): string {
    return this.#spec.name;
  }

  get misses(): number {
    return this.#misses;
  }

  get abortAtUs(): number {
    return this.#spec.onMiss === "abort" ? this.#releaseUs + this.#spec.hardDeadlineUs : NEVER;
  }

  get answersByUs(): number {
    return this.abortAtUs - Math.min(LONGEST_LEAD_US, this.#spec.hardDeadlineUs / 10);
  }

  begin(worker: Worker, nowUs: number, releaseUs: number): void {
    this.#releaseUs = releaseUs;
    this.#begunUs = nowUs;
    this.#executedUs = 0;
    this.#lateness.record(nowUs - releaseUs, nowUs);
    this.#goOn(worker, nowUs);
  }

  pause(worker: Worker): void {
    this.#stop(worker, worker.nowUs());
    worker.work(this.#releaseUs + this.#spec.deadlineUs, NEVER);
  }

  resume(worker: Worker): number {
    const nowUs = worker.nowUs();
    this.#goOn(worker, nowUs);
    return nowUs;
  }

  abort(worker: Worker, cause?: Error): JobAborted {
    this.#abortedNow = true;
    worker.work(this.#releaseUs + this.#spec.deadlineUs, NEVER);
    return new JobAborted(this.name, this.#spec.hardDeadlineUs, cause);
  }

  end(worker: Worker, nowUs: number): void {
    const { deadlineUs, budgetUs = NEVER } = this.#spec;
    this.#stop(worker, nowUs);
    const executedUs = this.#executedUs;
    const responseUs = nowUs - this.#releaseUs;
    this.#count++;
    this.#execution.record(executedUs, nowUs);
    this.#response.record(responseUs, nowUs);
    if (this.#worst === null || responseUs > this.#worst.responseUs) {
      this.#worst = { responseUs, latenessUs: this.#begunUs - this.#releaseUs, atUs: nowUs };
    }
    if (executedUs > budgetUs) {
      this.#overBudget++;
      this.#overBudgetUs = executedUs;
    }
    if (this.#abortedNow) this.#aborted++;
    this.#late = this.#abortedNow || responseUs > deadlineUs;
    if (this.#late) this.#misses++;
    this.#missed ||= this.#late;
    this.#descend = this.#window?.record(this.#late) === true || this.#descend;
    worker.work(NEVER, NEVER);
  }

  /** Releases that nobody works. `missed`: it is the job's fault, not that of whoever released it too often. */
  skip(releases: number, missed = true): void {
    if (releases <= 0) return;
    this.#skipped += releases;
    this.#skippedNow += releases;
    if (!missed) return;
    this.#misses += releases;
    this.#missed = true;
    const window = this.#window;
    // One overload asks once: what was left of it says nothing about the simpler task.
    for (let left = window === undefined ? 0 : Math.min(releases, window.rule.of); left > 0; left--) {
      if (!window!.record(true)) continue;
      this.#descend = true;
      break;
    }
  }

  /** What became of it since this was asked last. */
  outcome(): JobOutcome {
    const outcome: JobOutcome = {
      late: this.#late,
      aborted: this.#abortedNow,
      skipped: this.#skippedNow,
      missed: this.#missed,
      descend: this.#descend ? this.#window?.rule : undefined,
      overBudgetUs: this.#overBudgetUs,
    };
    this.#late = false;
    this.#abortedNow = false;
    this.#skippedNow = 0;
    this.#missed = false;
    this.#descend = false;
    this.#overBudgetUs = undefined;
    return outcome;
  }

  timing(): JobTiming {
    const { deadlineUs, budgetUs = null, criticality = "normal" } = this.#spec;
    return {
      kind: this.#kind,
      periodUs: this.#periodUs,
      deadlineUs: deadlineUs === NEVER ? null : deadlineUs,
      budgetUs,
      criticality,
      count: this.#count,
      misses: this.#misses,
      skipped: this.#skipped,
      aborted: this.#aborted,
      overBudget: this.#overBudget,
      latenessUs: this.#lateness.quantiles(),
      executionUs: this.#execution.quantiles(),
      responseUs: this.#response.quantiles(),
      worst: rounded(this.#worst),
    };
  }

  #stop(worker: Worker, nowUs: number): void {
    const waitedUs = worker.waitedUs?.() ?? 0;
    this.#executedUs += nowUs - this.#resumedUs - (waitedUs - this.#waitedUs);
  }

  #goOn(worker: Worker, nowUs: number): void {
    this.#resumedUs = nowUs;
    this.#waitedUs = worker.waitedUs?.() ?? 0;
    const hardUs = this.#releaseUs + this.#spec.hardDeadlineUs;
    worker.work(this.#releaseUs + this.#spec.deadlineUs, nowUs < hardUs ? hardUs : NEVER);
  }
}

function rounded(worst: WorstJob | null): WorstJob | null {
  if (worst === null) return null;
  const { responseUs, latenessUs, atUs } = worst;
  return {
    responseUs: Math.round(responseUs),
    latenessUs: Math.round(latenessUs),
    atUs: Math.round(atUs),
  };
}
