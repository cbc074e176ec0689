/** `kill -9` of the runtime of a real board with outputs on: to the last safe level, by the world's witness. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SystemClock } from "../../runtime/time/system-clock.ts";
import { Board } from "../end-to-end/board.ts";
import { progress } from "./rows.ts";

/** The guardian's back-off doubles with each death: so many a board, then a fresh one. */
const DEATHS_A_BOARD = 3;
/** An output that is not safe by then was missed, ms. */
const LIMIT_MS = 10_000;
const clock = new SystemClock();

/** An output that is switched on before each death. */
export interface Switched {
  readonly device: string;
  readonly line: string;
  /** Electrical level that is safe; on is the other one. */
  readonly safe: 0 | 1;
}

export interface BoardKills {
  /** Text of the configuration. */
  readonly config: string;
  readonly outputs: readonly Switched[];
  readonly trials: number;
  /** Memory resident in the runtime beside its own, MB. */
  readonly ballastMb: number;
}

export interface KillTimes {
  /** From the kill to the last safe level, us. */
  readonly sinceKill: readonly number[];
  /** From the guardian's seeing it, us. */
  readonly sinceSeen: readonly number[];
  /** How the guardian saw it, and how often. */
  readonly signs: Readonly<Record<string, number>>;
  /** Outputs that did not become safe. */
  readonly missed: number;
}

export async function killBoards({ config, outputs, trials, ballastMb }: BoardKills): Promise<KillTimes> {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
  const sinceKill: number[] = [];
  const sinceSeen: number[] = [];
  const signs: Record<string, number> = {};
  let missed = 0;
  try {
    const env = ballastMb === 0 ? {} : { NODE_OPTIONS: `--require ${writeBallast(folder, ballastMb)}` };
    while (sinceKill.length < trials) {
      const board = await Board.launch({ config, env });
      try {
        await board.joinWorld();
        await board.inService(60_000);
        await board.joinMqtt();
        for (let death = 0; death < DEATHS_A_BOARD && sinceKill.length < trials; death++) {
          const deaths = board.logged("runtimeDead").length;
          await switchOn(board, outputs);
          const mark = board.witness.mark;
          const killedUs = clock.now();
          process.kill(board.runtimePid, "SIGKILL");
          const safe = outputs.map(({ line, safe }) => board.witness.waitFor(line, safe, mark, LIMIT_MS));
          const seen = (await Promise.allSettled(safe)).map((one) =>
            one.status === "fulfilled" ? one.value.atUs : Number.NaN,
          );
          missed += seen.filter(Number.isNaN).length;
          const safeUs = Math.max(...seen.filter((atUs) => !Number.isNaN(atUs)));
          while (board.logged("runtimeDead").length === deaths) await sleep(5);
          const dead = board.logged("runtimeDead").at(-1) as { seenUs: number; by: string };
          signs[dead.by] = (signs[dead.by] ?? 0) + 1;
          sinceKill.push(safeUs - killedUs);
          sinceSeen.push(safeUs - dead.seenUs);
          progress(`kill -9 at ${ballastMb} MB`, sinceKill.length, trials);
          if (death < DEATHS_A_BOARD - 1) await backInService(board, deaths + 2);
        }
        await board.stop();
      } finally {
        await board.discard();
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { sinceKill, sinceSeen, signs, missed };
}

/** Switches all of them on, and waits a little so that deaths fall anywhere between two beats. */
export async function switchOn(board: Board, outputs: readonly Switched[]): Promise<void> {
  while ((await board.health()).broker !== "live") await sleep(20);
  for (const { device } of outputs) await board.command(device, { on: true });
  for (const { line, safe } of outputs) await board.witness.waitUntil(line, 1 - safe, LIMIT_MS);
  await sleep(50 + Math.random() * 50);
}

/** Waits for the runtime with this number, and for all that it runs. */
export async function backInService(board: Board, incarnation: number): Promise<void> {
  for (const endMs = performance.now() + 60_000; ; ) {
    const health = await board.health();
    if (health.ok === true && health.broker === "live" && health.incarnation === incarnation) return;
    if (performance.now() > endMs) throw new Error(`not back: ${JSON.stringify(health)}`);
    await sleep(20);
  }
}

/** A module that makes the main thread of a runtime, and nobody else, hold so much memory. */
function writeBallast(folder: string, mb: number): string {
  const file = join(folder, "ballast.cjs");
  writeFileSync(
    file,
    `if (/runtime-main/.test(process.argv[1] ?? "") && require("node:worker_threads").isMainThread)
       globalThis.ballast = Array.from({ length: ${mb} }, () => Buffer.alloc(1 << 20, 7));`,
  );
  return file;
}
