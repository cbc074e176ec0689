/** `kill -9` of the guardian of a board with outputs on: the launcher starts the next one, which makes them safe. */
import { setTimeout as sleep } from "node:timers/promises";
import { SystemClock } from "../../../runtime/time/system-clock.ts";
import { Board } from "../../end-to-end/board.ts";
import { backInService, switchOn } from "../board-kills.ts";
import { percentiles } from "../machine.ts";
import { progress, type Row } from "../rows.ts";
import { type IoBench, type IoOptions, ms } from "./bench.ts";
import { manyOutputs } from "./many-outputs.ts";

const GOAL_MS = 1000;
/** An output that is not safe by then was missed, ms. */
const LIMIT_MS = 10_000;
/** Each doubles the back-off of whoever starts the next one. */
const DEATHS_A_BOARD = 2;
const clock = new SystemClock();

export const guardianKilled: IoBench = {
  name: "guardian killed",
  async run({ trials }: IoOptions): Promise<readonly Row[]> {
    const { config, outputs } = manyOutputs();
    const count = Math.max(4, Math.round(trials / 5));
    const times: number[] = [];
    while (times.length < count) {
      const board = await Board.launch({ config });
      try {
        await board.joinWorld();
        await board.inService(60_000);
        await board.joinMqtt();
        for (let death = 0; death < DEATHS_A_BOARD && times.length < count; death++) {
          await switchOn(board, outputs);
          const { mark } = board.witness;
          const guardians = board.logged("guardianStarted").length;
          const killedUs = clock.now();
          process.kill(board.guardianPid, "SIGKILL");
          const safe = outputs.map(({ line, safe }) => board.witness.waitFor(line, safe, mark, LIMIT_MS));
          times.push(Math.max(...(await Promise.all(safe)).map(({ atUs }) => atUs)) - killedUs);
          progress("guardian killed", times.length, count);
          while (board.logged("guardianStarted").length === guardians) await sleep(10);
          if (death < DEATHS_A_BOARD - 1) await backInService(board, 1);
        }
        await board.stop();
      } finally {
        await board.discard();
      }
    }
    const found = percentiles(times);
    return [
      {
        work: `guardian killed (${outputs.length} outputs): all safe, by the guardian that the launcher starts next`,
        ours: `${ms(found)} (${count})`,
        peer: null,
        ratio: null,
        goal: `<= ${GOAL_MS / 1000} s`,
        met: found.worstUs <= GOAL_MS * 1000,
      },
    ];
  },
};
