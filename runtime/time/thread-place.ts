/**
 * A thread's place among the threads of the machine: real-time policy and priority (sched(7)), and the core it
 * stays on. Asked for in the configuration; what is not granted is told and never a failure.
 *
 * The system's own `chrt` and `taskset` (util-linux, on every Debian; busybox has them too) change the calling
 * thread by its number: 1.5 ms each, once in the life of a thread. Why no library: see the decision
 * `0008-real-time-by-chrt.md`.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { threadId } from "./thread-id.ts";

export interface ThreadPlace {
  readonly policy?: "fifo" | "rr";
  /** Of the real-time policy, 1 to 99; without it the thread keeps the policy that it has. */
  readonly priority?: number;
  /** Number of the core, from 0. */
  readonly core?: number;
}

/** What a thread was given, of what it asked for. */
export interface PlaceGiven {
  readonly asked: ThreadPlace;
  readonly policy?: "fifo" | "rr";
  readonly priority?: number;
  readonly core?: number;
  /** Why not all of it, a sentence each. */
  readonly refused: readonly string[];
}

/** Real-time priorities of the chain; cells are below, interrupt threads (50, where the kernel has them) above. */
export const RT_PRIORITY = { guardian: 49, watchdog: 48, kernel: 47, reader: 46, cellMost: 40 } as const;

/** The guardian, the watchdog, the kernel and who brings the guardian's answers are ahead of every such cell. */
export function chainPlace(who: "guardian" | "watchdog" | "kernel" | "reader"): ThreadPlace {
  return { policy: "fifo", priority: RT_PRIORITY[who] };
}

const TOOL_LIMIT_MS = 1000;

/** Takes the place for the calling thread; threads that it starts do not inherit the policy. */
export function takePlace(asked: ThreadPlace): PlaceGiven {
  const { policy = "fifo", priority, core } = asked;
  const refused: string[] = [];
  const given: { policy?: "fifo" | "rr"; priority?: number; core?: number } = {};
  if (core !== undefined) {
    const why = tool("taskset", ["-p", "-c", String(core)]);
    if (why === undefined) given.core = core;
    else refused.push(`core ${core}: ${why}`);
  }
  if (priority !== undefined) {
    const why = unthrottled() ?? tool("chrt", ["-R", `--${policy}`, "-p", String(priority)]);
    if (why === undefined) Object.assign(given, { policy, priority });
    else refused.push(`${policy} priority ${priority}: ${why}`);
  }
  return { asked, ...given, refused };
}

/** A sentence for a log. */
export function describePlace(who: string, { policy, priority, core, refused }: PlaceGiven): string {
  const has = [
    ...(priority === undefined ? [] : [`${policy} priority ${priority}`]),
    ...(core === undefined ? [] : [`core ${core}`]),
  ];
  const got = has.length === 0 ? "runs as any other thread" : `has ${has.join(" on ")}`;
  return refused.length === 0 ? `${who} ${got}` : `${who} ${got}; not granted: ${refused.join("; ")}`;
}

/**
 * Why no thread of this process may have a real-time policy: one that loops for ever would take its core from
 * the whole machine. The system keeps a share for others (sched_rt_runtime_us, 95 % by default; since Linux 6.12
 * by a server of its own), or ends who computes too long without a wait (RLIMIT_RTTIME).
 */
function unthrottled(): string | undefined {
  try {
    if (Number(readFileSync("/proc/sys/kernel/sched_rt_runtime_us", "utf8")) > 0) return undefined;
    const limits = readFileSync("/proc/self/limits", "utf8");
    if (/^Max realtime timeout\s+\d/m.test(limits)) return undefined;
    return "real-time throttling is off (sched_rt_runtime_us) and there is no RLIMIT_RTTIME";
  } catch (error) {
    return (error as Error).message;
  }
}

/** Undefined when it was done. */
function tool(name: string, args: readonly string[]): string | undefined {
  try {
    const { status, stderr, error } = spawnSync(name, [...args, String(threadId())], {
      encoding: "utf8",
      timeout: TOOL_LIMIT_MS,
      stdio: ["ignore", "ignore", "pipe"],
    });
    if (status === 0) return undefined;
    return error?.message ?? stderr.trim().split("\n").at(-1) ?? `${name} ended with ${status}`;
  } catch (error) {
    return (error as Error).message; // no /proc
  }
}
