/**
 * What a job is: work that is released, due, and measured. The kinds (`periodic-job.ts`, `sporadic-job.ts`,
 * `one-shot-job.ts`, `background-job.ts`) differ in when they are released; all else is common.
 *
 * A process waits until `releaseUs`, calls `begin`, works, calls `end`. No kind ever leaves a burst of stale work
 * behind: what passed while the process was late is skipped and counted. All times are monotonic microseconds.
 */
import type { JobAborted } from "./job-aborted.ts";
import type { MovingQuantiles } from "./moving-histogram.ts";

export type JobKind = "periodic" | "sporadic" | "one-shot" | "background";

/** Who goes first when there is not enough time for all, most important first. */
export const CRITICALITIES = ["critical", "normal", "best-effort"] as const;
export type Criticality = (typeof CRITICALITIES)[number];

/** At least `misses` of the last `of` jobs or releases: the weakly-hard (m,k) of Bernat, Burns and Llamosi (2001). */
export interface MissRule {
  readonly misses: number;
  readonly of: number;
}

/**
 * What follows when a job does not end by its deadline. Each miss is counted, whatever the policy.
 *
 * - `count`: nothing else. A release that came while the job was late is worked at once, as long as its own deadline lies ahead.
 * - `skip`: the next job begins at the next release from now on.
 * - `abort`: as `skip`, and a job that waits at its hard deadline is ended there. One that does not yield is the watchdog's.
 * - `descend`: as `skip`, and too many misses in a row of releases ask for a simpler task.
 */
export type MissPolicy = "count" | "skip" | "abort" | { readonly descend: MissRule };

/** Deadlines are relative to the release; `Infinity`: none. */
export interface JobSpec {
  readonly name: string;
  readonly deadlineUs: number;
  /** Past this the code counts as hung; a job never begins after it. */
  readonly hardDeadlineUs: number;
  /** Execution time that it is planned with; absent: not declared. */
  readonly budgetUs?: number;
  /** Default `normal`. */
  readonly criticality?: Criticality;
  /** Default `skip`. */
  readonly onMiss?: MissPolicy;
}

/** The part of a process a job needs. */
export interface Worker {
  nowUs(): number;
  work(deadlineUs: number, hardDeadlineUs: number): void;
  /** Time that its thread has waited for answers while it ran, us in all; absent: it never does. */
  waitedUs?(): number;
}

/** What became of a job, and of releases that passed since the last outcome. */
export interface JobOutcome {
  /** The job ended after its deadline, or was aborted. */
  readonly late: boolean;
  readonly aborted: boolean;
  /** Releases that were not worked. */
  readonly skipped: number;
  /** Some deadline was not kept: the job's, or that of a release that was skipped. */
  readonly missed: boolean;
  /** Set when the policy `descend` asks for a simpler task: the rule that was broken. */
  readonly descend: MissRule | undefined;
  /** Execution time, when it was more than the budget, us. */
  readonly overBudgetUs: number | undefined;
}

export interface Job {
  readonly spec: JobSpec;
  /** When to begin next; `Infinity`: nothing is due by itself. */
  readonly releaseUs: number;
  /** As in its timing, which costs more to ask for. */
  readonly misses: number;
  /** The job at hand, for `workSteps`. */
  readonly run: JobAtHand;
  /** Call when the release has come, before the work. False: there is nothing to do any more, see `lapsed`. */
  begin(worker: Worker): boolean;
  /** Call after the work. */
  end(worker: Worker): JobOutcome;
  /** After `begin` said no: what passed without being worked. */
  lapsed(): JobOutcome;
  timing(): JobTiming;
}

/** What a job that waits needs: its own time stands still meanwhile, and the wait may be its last. */
export interface JobAtHand {
  readonly name: string;
  /** When its waits end at the latest; `Infinity` unless the policy is `abort`. */
  readonly abortAtUs: number;
  /**
   * When it stops waiting for answers of the hardware, us: a little earlier, because a thread that waits for one
   * counts as running, and would be ended as hung.
   */
  readonly answersByUs: number;
  pause(worker: Worker): void;
  /** Returns the time, us. */
  resume(worker: Worker): number;
  /**
   * It ends here: counted as aborted by `end`, which is still to be called. From now on it is not hung either, so that
   * there is time to say so. Returns the error that does.
   */
  abort(worker: Worker, cause?: Error): JobAborted;
}

/** The job with the longest response so far. */
export interface WorstJob {
  readonly responseUs: number;
  readonly latenessUs: number;
  /** When it ended. */
  readonly atUs: number;
}

/** How well a job is kept, as it is published. */
export interface JobTiming {
  readonly kind: JobKind;
  /** Sporadic: the minimum distance. `null`: it does not repeat. */
  readonly periodUs: number | null;
  /** `null`: it has none. */
  readonly deadlineUs: number | null;
  /** `null`: not declared. */
  readonly budgetUs: number | null;
  readonly criticality: Criticality;
  /** Jobs that were begun and have ended. With `skipped`: every release there was. */
  readonly count: number;
  /** Jobs that ended after their deadline or were aborted, and releases that passed. */
  readonly misses: number;
  /** Releases that were not worked: passed, or refused because they came too early. */
  readonly skipped: number;
  readonly aborted: number;
  /** Jobs that executed for longer than the budget. */
  readonly overBudget: number;
  /** From release to begin; its spread is the release jitter. */
  readonly latenessUs: MovingQuantiles;
  /** Of the job itself, without its waits and those of its thread for answers. */
  readonly executionUs: MovingQuantiles;
  /** From release to end. */
  readonly responseUs: MovingQuantiles;
  readonly worst: WorstJob | null;
}
