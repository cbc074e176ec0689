import { readlinkSync } from "node:fs";

/** As `threadId`; 0 where the system does not tell. */
export function threadIdOrNone(): number {
  try {
    return threadId();
  } catch {
    return 0; // no /proc: a fallback, not a failure
  }
}

/** The system's number of the calling thread, which Node does not tell. Throws where there is no /proc. */
export function threadId(): number {
  return Number(readlinkSync("/proc/thread-self").split("/").at(-1));
}
