/**
 * How much time a program had, with all that it started, on a machine that does other things as well. A second in which its threads ran for as long as they
 * waited for a processor counts half; one in which none of them wanted to run counts whole: it is the program that waits then.
 * From schedstat (kernel documentation, scheduler/sched-stats): time on a processor, and in its queue, of each thread.
 */
import { readdirSync, readFileSync } from "node:fs";
import { decodeSchedstat, type ThreadTime } from "../../runtime/time/thread-time.ts";

/** By process and thread. */
export type ThreadTimes = ReadonlyMap<string, ThreadTime>;

/** Share of the time between two looks that the threads had, above 0 to 1. Who has ended in between, or just begun, is not counted. */
export function shareGiven(before: ThreadTimes, after: ThreadTimes): number {
  let [ran, waited] = [0, 0];
  for (const [id, now] of after) {
    const then = before.get(id);
    if (then === undefined) continue;
    ran += now.ranUs - then.ranUs;
    waited += now.waitedUs - then.waitedUs;
  }
  // Who only waited made some way all the same: nobody is kept from a processor for ever.
  return waited <= 0 ? 1 : Math.max(ran / (ran + waited), LEAST_SHARE);
}

const LEAST_SHARE = 0.01;

/** Of a process, its descendants and their threads; empty where the system does not tell, or it has ended. */
export function threadTimes(pid: number, proc = "/proc"): ThreadTimes {
  const times = new Map<string, ThreadTime>();
  for (const pids = [pid]; pids.length > 0; ) {
    const one = pids.pop()!;
    for (const thread of listed(`${proc}/${one}/task`)) {
      const own = `${proc}/${one}/task/${thread}`;
      const time = decodeSchedstat(textOf(`${own}/schedstat`));
      if (time !== null) times.set(`${one}/${thread}`, time);
      const children = textOf(`${own}/children`).match(/\d+/g) ?? [];
      pids.push(...children.map(Number));
    }
  }
  return times;
}

/** Counts the time that a process is given. Times are of a monotonic clock, ms. */
export class GivenTime {
  readonly #look: () => ThreadTimes;
  #before: ThreadTimes = new Map();
  #atMs: number;
  #givenMs = 0;

  /** `look`: the threads as they are now. */
  constructor(look: () => ThreadTimes, nowMs: number) {
    this.#look = look;
    this.#atMs = nowMs;
  }

  /** Since the beginning, ms: no more than went by. */
  until(nowMs: number): number {
    const after = this.#look();
    this.#givenMs += (nowMs - this.#atMs) * shareGiven(this.#before, after);
    this.#before = after;
    this.#atMs = nowMs;
    return this.#givenMs;
  }
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // it has ended
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return ""; // it has ended, or a kernel without
  }
}
