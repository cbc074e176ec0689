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

/**
 * The first deadline that is missed by `untilUs`. Tasks come again after their period. `runUs` says how long a part
 * really takes (default: its longest); pauses begin at `firstUs` and come as soon again as they may.
 */
export function firstMiss(
  phased: readonly Phased[],
  untilUs: number,
  runUs: (longestUs: number) => number = (longestUs) => longestUs,
  pauses: readonly (Pause & { firstUs: number })[] = [],
): Miss | undefined {
  const next = phased.map(({ firstUs }) => firstUs);
  const jobs: Job[] = [];
  let running: Job | undefined;
  const startUs = Math.min(0, ...next);
  for (let nowUs = startUs; nowUs <= untilUs; nowUs++) {
    for (const job of jobs) {
      if (job.deadlineUs <= nowUs) return { task: job.task.name, deadlineUs: job.deadlineUs };
    }
    for (const [index, { task }] of phased.entries()) {
      if (next[index] !== nowUs) continue;
      next[index] = nowUs + task.periodUs;
      const runsUs = task.parts.map((part) => runUs(part.runUs));
      const readyUs = nowUs + task.parts[0]!.waitUs;
      jobs.push({ task, deadlineUs: nowUs + task.deadlineUs, runsUs, part: 0, leftUs: runsUs[0]!, readyUs });
    }
    if (pauses.some(({ firstUs, everyUs, us }) => nowUs >= firstUs && (nowUs - firstUs) % everyUs < us))
      continue;
    running ??= mostUrgent(jobs, nowUs);
    if (running === undefined || --running.leftUs > 0) continue;
    const done = running;
    running = undefined;
    done.part++;
    const part = done.task.parts[done.part];
    if (part === undefined) {
      jobs.splice(jobs.indexOf(done), 1);
    } else {
      done.leftUs = done.runsUs[done.part]!;
      done.readyUs = nowUs + 1 + part.waitUs;
    }
  }
  return undefined;
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
