/**
 * What the scheduler costs while nothing happens: a runtime of its own with kernel, watchdog (pets every 10 ms)
 * and ten cells with the demo's periods, whose jobs do nothing.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { runtimeFlags } from "../../../deploy/board/runtime-flags.ts";
import { cpuSeconds } from "../process-figures.ts";
import type { Row } from "../rows.ts";
import type { TimeBench, TimeOptions } from "./bench.ts";
import { startProgram } from "./contender.ts";
import { wakeUps } from "./wake-ups.ts";

const program = fileURLToPath(new URL("./rest-subject.js", import.meta.url));
/** Spare threads are warm and everything compiled by then. */
const SETTLE_MS = 10_000;
const GOAL_PERCENT = 1;

export const atRest: TimeBench = {
  name: "board at rest",
  async run({ seconds }: TimeOptions): Promise<readonly Row[]> {
    const child = startProgram([process.execPath, ...runtimeFlags(false), program], false);
    child.stderr.pipe(process.stderr);
    try {
      await new Promise((running) => child.stdout.once("data", running));
      await sleep(SETTLE_MS);
      const pid = child.pid!;
      const [startMs, startS, startWakes] = [performance.now(), cpuSeconds(pid), wakeUps(pid)];
      await sleep(seconds * 1000);
      const elapsedS = (performance.now() - startMs) / 1000;
      const percent = ((cpuSeconds(pid) - startS) / elapsedS) * 100;
      const wakes = (wakeUps(pid) - startWakes) / elapsedS;
      return [
        {
          work: "board at rest: kernel, watchdog and ten cells, of one core",
          ours: `${percent.toFixed(2)} % (${wakes.toFixed(0)} wake-ups a second)`,
          peer: null,
          ratio: null,
          goal: `<= ${GOAL_PERCENT} %`,
          met: percent <= GOAL_PERCENT,
        },
      ];
    } finally {
      child.kill("SIGTERM");
    }
  },
};
