/**
 * What admission knows about work: tasks on something that serves one piece at a time (a cell, a bus), nearest
 * deadline first. Everything is in whole microseconds, so that no verdict hangs on a rounding.
 */
import { CRITICALITIES, type Criticality } from "../job.ts";

/** Bands of importance, highest first: work of a band waits for all work above it. */
export const BANDS = CRITICALITIES;
export type Band = Criticality;

/** A stretch of a job: first it waits (a chip converts; nobody is kept from working), then it runs. */
export interface Part {
  readonly waitUs: number;
  /** Longest run, waits excluded. */
  readonly runUs: number;
}

/** Work that comes again and again, no sooner than `periodUs` after it came last. */
export interface Task {
  readonly name: string;
  /** Period, or least distance of what comes irregularly; 1 or more. */
  readonly periodUs: number;
  /** From the release; 1 to `periodUs`. */
  readonly deadlineUs: number;
  readonly band: Band;
  /** In order, one or more. */
  readonly parts: readonly Part[];
  /** Longest stretch it runs before others may run. Default: its longest part. */
  readonly sliceUs?: number;
}

/** Something that stops everybody: a garbage collection. At most `us` at a time, at least `everyUs` apart. */
export interface Pause {
  readonly everyUs: number;
  readonly us: number;
}

/** What serves the tasks, one slice at a time. */
export interface Server {
  readonly tasks: readonly Task[];
  /** Longest slice of anybody who is no task here and may be at work when a task comes; 0: there is nobody. */
  readonly sliceUs: number;
  readonly pauses: readonly Pause[];
}

/** Longest time that one job runs, its waits excluded. */
export function budgetUs({ parts }: Task): number {
  return parts.reduce((sum, { runUs }) => sum + runUs, 0);
}

/** Share of the server that tasks and pauses may use, in millionths, rounded up task by task. */
export function usePpm({ tasks, pauses }: Pick<Server, "tasks" | "pauses">): number {
  const share = (us: number, everyUs: number) => Math.ceil((us * 1e6) / everyUs);
  const run = tasks.reduce((sum, task) => sum + share(budgetUs(task), task.periodUs), 0);
  return pauses.reduce((sum, { us, everyUs }) => sum + share(us, everyUs), run);
}

/** Throws RangeError for what no analysis could mean: an empty job, a deadline past the period, half a microsecond. */
export function checkTask(task: Task): void {
  const { name, periodUs, deadlineUs, parts, sliceUs = 1 } = task;
  const whole = [periodUs, deadlineUs, sliceUs, ...parts.flatMap(({ waitUs, runUs }) => [waitUs, runUs])];
  const right =
    whole.every((us) => Number.isSafeInteger(us) && us >= 0) &&
    parts.length > 0 &&
    deadlineUs >= 1 &&
    deadlineUs <= periodUs;
  if (!right) throw new RangeError(`${name} is no task that can be tested: ${JSON.stringify(task)}`);
}
