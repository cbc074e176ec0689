import { writeFileSync } from "node:fs";
import { threadId } from "./thread-id.ts";

/**
 * How much later than asked the system may end a sleep of the calling thread, so that it can wake several threads
 * at once, ns (1 or more; a new thread has 50,000). A sleep of 1 ms was 77 us late with the default and 27 us with
 * 1 ns (medians). Returns false where it cannot be set: then sleeps end as late as they did.
 */
export function setTimerSlack(ns: number): boolean {
  try {
    writeFileSync(`/proc/${threadId()}/timerslack_ns`, String(ns));
    return true;
  } catch {
    return false; // no Linux, or no right to it: a fallback, not a failure
  }
}
