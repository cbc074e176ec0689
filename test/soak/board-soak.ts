/**
 * The soak of a whole board: launcher, world, guardian and runtime as a user starts them, harmed through the world's
 * topics; what each process uses is read from outside.
 */
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Board } from "../end-to-end/board.ts";
import { CONTROLLERS, DEVICES } from "../end-to-end/greenhouse.ts";
import { chart } from "./chart.ts";
import { drawer } from "./draw.ts";
import type { SoakOptions } from "./kernel-soak.ts";
import { afterWarmUp, type Check, constantCheck, memoryCheck, type SoakResult } from "./verdict.ts";

const ROLES = ["launcher", "world", "guardian", "runtime"] as const;
type Role = (typeof ROLES)[number];

/** One process at one moment, from proc(5). */
interface Used {
  readonly pid: number;
  readonly rssMb: number;
  readonly descriptors: number;
  readonly threads: number;
}

interface BoardReading {
  readonly hours: number;
  readonly used: Readonly<Record<Role, Used>>;
}

const READ_EVERY_MS = 10_000;
/** Ladders climb back within this; a shared machine may take its time. */
const SERVICE_LIMIT_MS = 120_000;
const SENSORS = ["climate", "soil", "light"];

export async function boardSoak({ minutes, seed, say }: SoakOptions): Promise<SoakResult> {
  const draw = drawer(seed);
  const board = await Board.launch();
  const totals: Record<string, number> = {};
  const violations: string[] = [];
  const readings: BoardReading[] = [];
  try {
    await board.joinWorld();
    await board.inService();
    const mqtt = await board.probe([], { reconnectPeriod: 100 });
    const world = (device: string, fault: string | null) =>
      mqtt.send(board.topic(`world/${device}/set`), { fault });
    const startMs = performance.now();
    let nextLineMs = startMs + 60_000;
    while (performance.now() < startMs + minutes * 60_000) {
      const roundMs = performance.now() + READ_EVERY_MS;
      while (performance.now() < roundMs - 4000) {
        const device = pick([...DEVICES, ...CONTROLLERS], draw);
        const fault = pick(["crash", "crash", "crash", "hang", "leak", "unplugged"], draw);
        const harmed = fault === "unplugged" ? pick(SENSORS, draw) : device;
        await world(harmed, fault);
        totals[fault] = (totals[fault] ?? 0) + 1;
        await sleep(500 + draw(1500));
        if (fault === "unplugged") await world(harmed, null);
      }
      await sleep(Math.max(0, roundMs - performance.now()));
      await board.inService(SERVICE_LIMIT_MS);
      readings.push({ hours: (performance.now() - startMs) / 3_600_000, used: useOf(board) });
      if (performance.now() < nextLineMs) continue;
      nextLineMs += 60_000;
      say(line(readings.at(-1)!, totals));
    }
    await board.stop();
  } catch (error) {
    violations.push((error as Error).message);
    await board.discard();
  }
  const checks = judge(readings, violations);
  for (const role of ROLES)
    say(
      chart(
        `resident memory of the ${role}, MB`,
        readings.map(({ used }) => used[role].rssMb),
        { rows: 5 },
      ),
    );
  for (const { what, passed, said } of checks)
    say(`${passed ? "ok    " : "FAILED"}  ${what.padEnd(26)} ${said}`);
  return { passed: checks.every(({ passed }) => passed), minutes, seed, checks, totals, violations };
}

function judge(readings: readonly BoardReading[], violations: readonly string[]): readonly Check[] {
  const later = afterWarmUp(readings);
  const checks: Check[] = [
    {
      what: "promises",
      passed: violations.length === 0,
      said: violations[0] ?? "in service after every fault",
    },
  ];
  for (const role of ROLES) {
    const pids = new Set(readings.map(({ used }) => used[role].pid));
    checks.push(
      { what: `${role}: one process`, passed: pids.size === 1, said: `${pids.size} in all` },
      memoryCheck(
        `${role}: resident memory`,
        later.map(({ hours, used }) => ({ hours, value: used[role].rssMb })),
      ),
      constantCheck(
        `${role}: descriptors`,
        later.map(({ used }) => used[role].descriptors),
        0,
      ),
      constantCheck(
        `${role}: threads`,
        later.map(({ used }) => used[role].threads),
        0,
      ),
    );
  }
  return checks;
}

function useOf(board: Board): Readonly<Record<Role, Used>> {
  return {
    launcher: readProcess(board.pid),
    world: readProcess(board.worldPid),
    guardian: readProcess(board.guardianPid),
    runtime: readProcess(board.runtimePid),
  };
}

function readProcess(pid: number): Used {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  return {
    pid,
    rssMb: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    threads: readdirSync(`/proc/${pid}/task`).length,
  };
}

function line({ hours, used }: BoardReading, totals: Readonly<Record<string, number>>): string {
  const each = ROLES.map((role) => {
    const { rssMb, descriptors, threads } = used[role];
    return `${role} ${rssMb.toFixed(0)} MB ${descriptors} fds ${threads} threads`;
  });
  const faults = Object.entries(totals).map(([fault, count]) => `${fault} ${count}`);
  return `${(hours * 60).toFixed(0).padStart(4)} min | ${each.join(" | ")} | ${faults.join(", ")}`;
}

function pick<T>(from: readonly T[], draw: (limit: number) => number): T {
  return from[draw(from.length)]!;
}
