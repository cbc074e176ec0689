/** What runs on this machine, from /proc; sees only what this user may see. */
import { readdirSync, readFileSync } from "node:fs";

export interface FoundProcess {
  readonly pid: number;
  readonly command: string;
}

/** Whether the process still runs; one that ended and was not reaped does not. */
export function runs(pid: number): boolean {
  const stat = read(pid, "stat");
  return stat !== undefined && !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
}

/** Processes whose environment mentions `text`, for example a folder that only one test knows. */
export function processesKnowing(text: string): FoundProcess[] {
  const found: FoundProcess[] = [];
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid || !runs(pid)) continue;
    if (read(pid, "environ")?.includes(text) !== true) continue;
    found.push({ pid, command: (read(pid, "cmdline") ?? "").replaceAll("\0", " ").trim() });
  }
  return found;
}

/** One variable of a process's environment. */
export function environmentOf(pid: number, name: string): string | undefined {
  const entry = read(pid, "environ")
    ?.split("\0")
    .find((one) => one.startsWith(`${name}=`));
  return entry?.slice(name.length + 1);
}

function read(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return undefined; // it ended, or is somebody else's
  }
}
