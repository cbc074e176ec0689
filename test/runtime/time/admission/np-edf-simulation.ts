/**
 * Non-preemptive EDF inside bands, played through microsecond by microsecond from given first releases: what the
 * analysis is judged by. It shares no code with it.
 */
import { BANDS, type Pause, type Task } from "../../../../runtime/time/admission/task.ts";

export interface Phased {
  readonly task: Task;
  /** First release, us; may be negative. */
  readonly firstUs: number;
}

export interface Miss {
  readonly task: string;
  readonly deadlineUs: number;
}

interface Job {
  readonly task: Task;
  readonly deadlineUs: number;
  readonly runsUs: readonly number[];
  part: number;
  leftUs: number;
  readyUs: number;
}

/** What was seen until the first miss, or the end. */
export interface Played {
  readonly miss?: Miss;
  /** Longest response of a job that was done, by task. */
  readonly longestUs: ReadonlyMap<Task, number>;
}

/** How long a part really takes, and pauses that begin at `firstUs` and come as soon again as they may. */
export interface Weather {
  readonly runUs?: (longestUs: number) => number;
  readonly pauses?: readonly (Pause & { readonly firstUs: number })[];
}

/** Plays until `untilUs` or the first deadline that is missed. Tasks come again after their period. */
export function play(
  phased: readonly Phased[],
  untilUs: number,
  { runUs = (longestUs) => longestUs, pauses = [] }: Weather = {},
): Played {
  const next = phased.map(({ firstUs }) => firstUs);
  const longestUs = new Map<Task, number>();
  const jobs: Job[] = [];
  let running: Job | undefined;
  for (let nowUs = Math.min(0, ...next); nowUs <= untilUs; nowUs++) {
    const late = jobs.find(({ deadlineUs }) => deadlineUs <= nowUs);
    if (late !== undefined) return { miss: { task: late.task.name, deadlineUs: late.deadlineUs }, longestUs };
    for (const [index, { task }] of phased.entries()) {
      if (next[index] !== nowUs) continue;
      next[index] = nowUs + task.periodUs;
      jobs.push(newJob(task, nowUs, runUs));
    }
    if (pauses.some(({ firstUs, everyUs, us }) => nowUs >= firstUs && (nowUs - firstUs) % everyUs < us))
      continue;
    running ??= mostUrgent(jobs, nowUs);
    if (running === undefined || --running.leftUs > 0) continue;
    const done = running;
    running = undefined;
    const part = done.task.parts[++done.part];
    if (part === undefined) {
      jobs.splice(jobs.indexOf(done), 1);
      const responseUs = nowUs + 1 - (done.deadlineUs - done.task.deadlineUs);
      longestUs.set(done.task, Math.max(responseUs, longestUs.get(done.task) ?? 0));
    } else {
      done.leftUs = done.runsUs[done.part]!;
      done.readyUs = nowUs + 1 + part.waitUs;
    }
  }
  return { longestUs };
}

function newJob(task: Task, nowUs: number, runUs: (longestUs: number) => number): Job {
  const runsUs = task.parts.map((part) => runUs(part.runUs));
  const readyUs = nowUs + task.parts[0]!.waitUs;
  return { task, deadlineUs: nowUs + task.deadlineUs, runsUs, part: 0, leftUs: runsUs[0]!, readyUs };
}

function mostUrgent(jobs: readonly Job[], nowUs: number): Job | undefined {
  let best: Job | undefined;
  for (const job of jobs) {
    if (job.readyUs > nowUs) continue;
    if (best === undefined || isBefore(job, best)) best = job;
  }
  return best;
}

function isBefore(a: Job, b: Job): boolean {
  const ranks = BANDS.indexOf(a.task.band) - BANDS.indexOf(b.task.band);
  return ranks < 0 || (ranks === 0 && a.deadlineUs < b.deadlineUs);
}
