/**
 * The scheduling priority of the calling thread. On Linux setpriority(2) takes a thread's id too, so threads
 * of one process can be told apart without a native addon.
 */
import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";

/** Nice values of the chain: the guardian before the watchdog before the kernel before cells; the outside last. */
export const NICE = {
  guardian: -15,
  watchdog: -14,
  reader: -14,
  kernel: -12,
  cell: -10,
  outside: 0,
} as const;

/** Returns false where the system does not let us (no root, no CAP_SYS_NICE): then all threads are equal. */
export function setThreadNice(nice: number): boolean {
  try {
    setPriority(Number(readlinkSync("/proc/thread-self").split("/").at(-1)), nice);
    return true;
  } catch {
    return false; // not permitted, or no /proc: a fallback, not a failure
  }
}

/** The system's number of the calling thread; 0 where it does not tell. */
export function threadNumber(): number {
  try {
    return Number(readlinkSync("/proc/thread-self").split("/").at(-1));
  } catch {
    return 0; // no /proc: a fallback, not a failure
  }
}
