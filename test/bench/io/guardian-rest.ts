/** What the guardian of the demo board uses while nothing happens. */
import { setTimeout as sleep } from "node:timers/promises";
import { Board } from "../../end-to-end/board.ts";
import { cpuSeconds, memoryMb } from "../process-figures.ts";
import type { Row } from "../rows.ts";
import type { IoBench, IoOptions } from "./bench.ts";

const SETTLE_MS = 10_000;
const GOAL = { mb: 60, percent: 0.5 } as const;

export const guardianAtRest: IoBench = {
  name: "guardian at rest",
  async run({ seconds }: IoOptions): Promise<readonly Row[]> {
    const board = await Board.launch();
    try {
      await board.joinWorld();
      await board.inService(60_000);
      await sleep(SETTLE_MS);
      const pid = board.guardianPid;
      const [startMs, startS] = [performance.now(), cpuSeconds(pid)];
      await sleep(seconds * 1000);
      const percent = ((cpuSeconds(pid) - startS) / (performance.now() - startMs)) * 100_000;
      const { rss, pss } = memoryMb(pid);
      await board.stop();
      return [
        {
          work: "guardian of the demo board: resident memory",
          ours: `${rss} MB (${pss} MB with shared pages counted in part)`,
          peer: null,
          ratio: null,
          goal: `<= ${GOAL.mb} MB`,
          met: rss <= GOAL.mb,
        },
        {
          work: "guardian of the demo board: processor, of one core",
          ours: `${percent.toFixed(2)} %`,
          peer: null,
          ratio: null,
          goal: `<= ${GOAL.percent} %`,
          met: percent <= GOAL.percent,
        },
      ];
    } finally {
      await board.discard();
    }
  },
};
