/**
 * What happened to the devices beside the one that was broken.
 *
 * A missed deadline counts only when the machine did not stall at that time, and when there are more of them than
 * in as long a time in which nothing was broken. A crash, a restart or a hang always counts,
 * unless the machine stood still for about as long as the shortest hard deadline: then all of them hang. A change of mode
 * counts while other programs leave the machine to the board.
 */
import { readFileSync } from "node:fs";
import { equal, ok } from "uvu/assert";
import { cpuSeconds } from "../bench/process-figures.ts";
import type { Stalls } from "../harness/stalls.ts";
import { quietFor } from "../harness/until.ts";
import type { Board } from "./board.ts";

/** Kinds of events that say a device was disturbed. */
const DISTURBED = ["crash", "restart", "hung", "mode", "safe"];
/**
 * The job that missed was under way within this time before its report, ms: the longest deadline is 400 ms, and
 * reports travel through the least urgent thread.
 */
const MISS_SHADOW_MS = 700;
/**
 * Time the machine must have lost in it to be the cause, ms. The shortest deadline is 100 ms, for a job of a few
 * milliseconds that talks to two other processes.
 */
const LOST_MS = 60;

/**
 * A hang takes one core of two for a while; with this much of the other gone, misses prove nothing, nor does a step
 * down after some of them or after transfers that were late.
 */
const FOREIGN_CORES = 0.4;

/** Before a report of a hang; the shortest hard deadline is 500 ms. */
const HANG_SHADOW_MS = 1500;
const HANG_LOST_MS = 400;

export interface Disturbance {
  /** Events of other devices that nothing excuses. */
  readonly events: readonly Record<string, unknown>[];
  readonly misses: number;
  /** Misses at a time when the machine ran. */
  readonly unexplained: number;
  readonly lastedMs: number;
  /** Time of processors that went to programs of others, in cores. */
  readonly foreignCores: number;
}

/** Runs `what` and tells what it did to all devices but those named. */
export async function others(
  board: Board,
  stalls: Stalls,
  broken: readonly string[],
  what: () => Promise<unknown>,
): Promise<Disturbance> {
  const mark = board.mark;
  const startMs = performance.now();
  const foreign = foreignSeconds(board);
  await what();
  // Events that are under way, and stalls that are not told yet.
  await quietFor(150);
  const events = board.events(undefined, undefined, mark).filter(({ device }) => {
    return typeof device === "string" && !broken.includes(device);
  });
  const misses = events.filter(({ kind }) => kind === "miss");
  return {
    events: events.filter(({ kind, at, why }) => {
      // A climb says that something was disturbed before.
      if ((why as { kind?: unknown } | undefined)?.kind === "probation") return false;
      const atMs = Date.parse(String(at));
      return DISTURBED.includes(String(kind)) && stalls.lostMs(atMs - HANG_SHADOW_MS, atMs) < HANG_LOST_MS;
    }),
    misses: misses.length,
    unexplained: misses.filter(({ at }) => {
      const atMs = Date.parse(String(at));
      return stalls.lostMs(atMs - MISS_SHADOW_MS, atMs) < LOST_MS;
    }).length,
    lastedMs: performance.now() - startMs,
    foreignCores: (foreignSeconds(board) - foreign) / ((performance.now() - startMs) / 1000),
  };
}

/** Processor time since boot that neither this board nor this test used. */
function foreignSeconds(board: Board): number {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (
    readFileSync("/proc/stat", "utf8").split("\n")[0] ?? ""
  )
    .split(/ +/)
    .map(Number);
  const all = (user + nice + system + irq + softirq + steal) / 100;
  const own = [process.pid, board.pid, board.worldPid, board.guardianPid, board.runtimePid];
  return own.reduce((left, pid) => left - cpuSeconds(pid), all);
}

/** The sum of several. */
export function together(all: readonly Disturbance[]): Disturbance {
  const sum = (of: (one: Disturbance) => number) => all.reduce((total, one) => total + of(one), 0);
  return {
    events: all.flatMap(({ events }) => events),
    misses: sum(({ misses }) => misses),
    unexplained: sum(({ unexplained }) => unexplained),
    lastedMs: sum(({ lastedMs }) => lastedMs),
    foreignCores: Math.max(...all.map(({ foreignCores }) => foreignCores)),
  };
}

/** A time in which nothing is broken. */
export function quietControl(board: Board, stalls: Stalls, ms: number): Promise<Disturbance> {
  return others(board, stalls, [], () => quietFor(ms));
}

/** Nobody else was disturbed, beyond what `control` shows for as long a time. */
export function nobodyElse(what: string, seen: Disturbance, control: Disturbance): void {
  const isFull = seen.foreignCores > FOREIGN_CORES;
  const events = isFull ? seen.events.filter(({ kind }) => kind !== "mode" && kind !== "safe") : seen.events;
  equal(events, [], `${what}: others were disturbed`);
  const share = Math.max(1, seen.lastedMs / control.lastedMs);
  // One is left to what neither gauge sees: a processor that stood still while the watch ran on the other.
  const allowed = Math.ceil(control.misses * share) + 1;
  console.log(
    `  ${what}: ${seen.misses} misses of others in ${(seen.lastedMs / 1000).toFixed(1)} s, ` +
      `${seen.unexplained} without a stall of the machine (control: ${control.misses} in ${(control.lastedMs / 1000).toFixed(1)} s)`,
  );
  if (isFull) {
    console.log(
      `  others' programs used ${seen.foreignCores.toFixed(1)} cores: misses and steps down are not judged`,
    );
    return;
  }
  ok(seen.unexplained <= allowed, `${what}: ${seen.unexplained} misses of others, ${allowed} allowed`);
}
