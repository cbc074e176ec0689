import { closeSync, openSync, readSync } from "node:fs";

/** Task flag of a process that is being torn down (linux/sched.h). */
const PF_EXITING = 0x4;
/** SIGKILL in a signal mask of /proc/<pid>/status. */
const SIGKILL_BIT = 1n << 8n;

const memory = Buffer.alloc(8192);

/**
 * Does the kernel know that this process will not run, now or ever? A killed process with hundreds of megabytes
 * keeps its pipes open for tens of milliseconds while its memory is freed; /proc tells at once.
 * False says nothing: the process may live, or be gone and its number taken by another.
 */
export function isDying(pid: number): boolean {
  const stat = readProc(pid, "stat");
  if (stat === undefined) return true; // reaped
  return statSaysDying(stat) || statSaysStopped(stat) || statusSaysKilled(readProc(pid, "status") ?? "");
}

/** State Z or X, or PF_EXITING in the flags (fields 3 and 9 of proc(5)); the name in field 2 may hold anything. */
export function statSaysDying(stat: string): boolean {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state] = fields;
  return state === "Z" || state === "X" || (Number(fields[6]) & PF_EXITING) !== 0;
}

/** State T: SIGSTOP. It cannot command anything while it is frozen, and must not when it wakes up. */
export function statSaysStopped(stat: string): boolean {
  return stat.slice(stat.lastIndexOf(")") + 2).startsWith("T");
}

/** SIGKILL pending for the thread or the process. */
export function statusSaysKilled(status: string): boolean {
  for (const [, mask] of status.matchAll(/^(?:SigPnd|ShdPnd):\s*([0-9a-f]+)$/gm)) {
    if ((BigInt(`0x${mask}`) & SIGKILL_BIT) !== 0n) return true;
  }
  return false;
}

function readProc(pid: number, file: string): string | undefined {
  let fd: number;
  try {
    fd = openSync(`/proc/${pid}/${file}`, "r");
  } catch {
    return undefined; // no such process any more
  }
  try {
    return memory.toString("latin1", 0, readSync(fd, memory, 0, memory.length, 0));
  } catch {
    return undefined; // it was reaped between open and read
  } finally {
    closeSync(fd);
  }
}
