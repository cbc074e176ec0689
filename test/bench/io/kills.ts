/** `kill -9` of a runtime with 300 MB and an output on every line that is free: to the last safe level. */
import { killBoards } from "../board-kills.ts";
import { percentiles } from "../machine.ts";
import type { Row } from "../rows.ts";
import { type IoBench, type IoOptions, ms } from "./bench.ts";
import { manyOutputs } from "./many-outputs.ts";

const BALLAST_MB = 300;
const KILL_MS = 50;
const SEEN_MS = 10;

export const kills: IoBench = {
  name: "kill -9 of the runtime",
  async run({ trials }: IoOptions): Promise<readonly Row[]> {
    const { config, outputs } = manyOutputs();
    const { sinceKill, sinceSeen, signs, missed } = await killBoards({
      config,
      outputs,
      trials,
      ballastMb: BALLAST_MB,
    });
    const [killed, seen] = [percentiles(sinceKill), percentiles(sinceSeen)];
    const about = `${outputs.length} outputs, ${BALLAST_MB} MB resident`;
    return [
      {
        work: `kill -9 of the runtime (${about}): last line safe`,
        ours: `${ms(killed)} (${trials}), ${missed} lines missed`,
        peer: null,
        ratio: null,
        goal: `p99 <= ${KILL_MS} ms, none missed`,
        met: killed.p99Us <= KILL_MS * 1000 && missed === 0,
      },
      {
        work: `the same, after the guardian saw it (${Object.entries(signs).map(String)})`,
        ours: ms(seen),
        peer: null,
        ratio: null,
        goal: `<= ${SEEN_MS} ms`,
        met: seen.worstUs <= SEEN_MS * 1000,
      },
    ];
  },
};
