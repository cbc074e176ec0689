import { readFileSync, writeFileSync } from "node:fs";

/**
 * The nice value of the calling process's whole session among other sessions, -20 to 19.
 *
 * Where Linux groups processes by session (autogroup in sched(7), the default of Debian), the nice value of a
 * thread counts only within its own: beside builds in other sessions a cell at nice -10 was not preferred at all.
 * Only who leads a session may speak for it. Returns false where that is not so, or not granted: then each
 * session gets the same share.
 */
export function setSessionNice(nice: number): boolean {
  try {
    // proc_pid_stat(5): after the name in parentheses state, parent, group, session.
    const stat = readFileSync("/proc/self/stat", "utf8");
    const session = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[3]);
    if (session !== process.pid) return false;
    writeFileSync("/proc/self/autogroup", String(nice));
    return true;
  } catch {
    return false; // not permitted, or no autogroups: a fallback, not a failure
  }
}
