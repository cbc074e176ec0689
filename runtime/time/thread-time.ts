import { readFileSync } from "node:fs";

/** What the operating system says of a thread since it began, us. */
export interface ThreadTime {
  /** On a core: processes, garbage collection, spinning, the loop itself. */
  readonly ranUs: number;
  /** Ready to run, while others had the cores: what of its lateness is not its own. */
  readonly waitedUs: number;
}

/**
 * Of the calling thread, from /proc/thread-self/schedstat: time on a core and in the run queue, in ns.
 * Null where the kernel does not count (no CONFIG_SCHED_INFO) or is not Linux. Costs 20 us: for whoever asks, not for
 * loops.
 */
export function readThreadTime(): ThreadTime | null {
  try {
    return decodeSchedstat(readFileSync("/proc/thread-self/schedstat", "latin1"));
  } catch {
    return null; // no such file: not known here
  }
}

/** `<ran ns> <waited ns> <slices>`; null when it is anything else. */
export function decodeSchedstat(text: string): ThreadTime | null {
  const found = /^(\d+) (\d+) \d+$/.exec(text.trim());
  return found === null ? null : { ranUs: Number(found[1]) / 1000, waitedUs: Number(found[2]) / 1000 };
}
