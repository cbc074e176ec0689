/**
 * 100 devices at 10 Hz on one emulated board, as a user starts it: misses beside those of jobs without work on the same
 * machine at the same time, processor time and memory of all its processes (the emulated world among them).
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { cpuSeconds, memoryMb } from "../process-figures.ts";
import type { Row } from "../rows.ts";
import type { TimeBench, TimeOptions } from "./bench.ts";
import { BoardRun } from "./board-run.ts";
import type { FloorData } from "./floor-thread.ts";
import { largeBoard } from "./large-board.ts";

const DEVICES = 100;
const PERIOD_MS = 100;
/** What runs often is compiled by then. */
const SETTLE_MS = 30_000;
const GOAL = { percent: 25, mb: 300 } as const;

/** What `npm run bench:time` runs. */
export const manyDevices: TimeBench = { name: "many devices", run };

/** `seconds`: length of the window. */
async function run({ seconds }: Pick<TimeOptions, "seconds">): Promise<readonly Row[]> {
  const board = await BoardRun.start(largeBoard({ devices: DEVICES, every: `${PERIOD_MS}ms` }));
  try {
    await board.inService(60_000);
    await sleep(SETTLE_MS);
    const parts = board.processes().map(({ pid, command }) => ({
      pid,
      name: partName(command),
    }));
    const floor = startFloor();
    const before = { ...(await countsOf(board)), cpu: parts.map(({ pid }) => cpuSeconds(pid)) };
    const startMs = performance.now();
    await sleep(seconds * 1000);
    const elapsedS = (performance.now() - startMs) / 1000;
    const after = await countsOf(board);
    if (after.incarnation !== before.incarnation) throw new Error("the runtime did not last");
    const misses = after.misses - before.misses;
    const percents = parts.map(({ pid }, index) => ((cpuSeconds(pid) - before.cpu[index]!) / elapsedS) * 100);
    const mbs = parts.map(({ pid }) => memoryMb(pid).pss);
    const { released, missed } = await floor.stop();
    const jobs = Math.round((elapsedS * DEVICES * 1000) / PERIOD_MS);
    return [
      {
        work: `${DEVICES} devices at 10 Hz: misses of ${PERIOD_MS} ms`,
        ours: `${misses} of ${jobs}`,
        peer: `${missed} of ${released} jobs without work`,
        ratio: missed === 0 ? null : misses / missed,
        goal: "<= the floor",
        met: misses <= missed,
      },
      row("processor, of one core", percents, parts, "%", GOAL.percent),
      row("memory (PSS)", mbs, parts, "MB", GOAL.mb),
    ];
  } finally {
    await board.stop();
  }
}

type Part = { readonly name: string };

function row(
  what: string,
  values: readonly number[],
  parts: readonly Part[],
  unit: string,
  goal: number,
): Row {
  const total = values.reduce((sum, value) => sum + value, 0);
  const each = parts.map(({ name }, index) => `${name} ${values[index]!.toFixed(0)}`).join(", ");
  return {
    work: `${DEVICES} devices at 10 Hz: ${what}`,
    ours: `${total.toFixed(0)} ${unit} (${each})`,
    peer: null,
    ratio: null,
    goal: `<= ${goal} ${unit}`,
    met: total <= goal,
  };
}

/** As many jobs as the board's, on the same machine at the same time. */
function startFloor() {
  const counts = new Int32Array(new SharedArrayBuffer(8));
  const workerData: FloorData = { counts, everyMs: PERIOD_MS / DEVICES, deadlineMs: PERIOD_MS };
  const thread = new Worker(new URL("./floor-thread.js", import.meta.url), { workerData });
  return {
    stop: async () => {
      await thread.terminate();
      return { released: counts[0]!, missed: counts[1]! };
    },
  };
}

async function countsOf(board: BoardRun): Promise<{ misses: number; incarnation: number }> {
  const { misses, incarnation } = (await board.health()) ?? {};
  if (typeof misses !== "number" || typeof incarnation !== "number")
    throw new Error("the board is not there");
  return { misses, incarnation };
}

/** `guardian` of `.../guardian-main.js`; the launcher is the command line. */
function partName(command: string): string {
  return /(\w+)-main\.js/.exec(command)?.[1] ?? "launcher";
}
