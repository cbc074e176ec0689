import { readdirSync, readFileSync } from "node:fs";

/** How often the threads of a process went to sleep so far, each time to be woken again: proc_pid_status(5). */
export function wakeUps(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => {
    try {
      const status = readFileSync(`/proc/${pid}/task/${thread}/status`, "utf8");
      return sum + Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    } catch {
      return sum; // it ended meanwhile
    }
  }, 0);
}
