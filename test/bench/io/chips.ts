/** 50 chips on two buses, ten times a second: misses, and the use of the buses beside what admission reckons with. */
import { setTimeout as sleep } from "node:timers/promises";
import { driverNamed } from "../../../devices/catalogue.ts";
import { transferUs } from "../../../firmware/transfer-time.ts";
import type { Row } from "../rows.ts";
import { BoardRun } from "../time/board-run.ts";
import type { IoBench, IoOptions } from "./bench.ts";
import { BUS_COUNT, BUS_HZ, CHIPS, MUX, manyChips } from "./many-chips.ts";

const JOBS_A_SECOND = 10;
/** What runs often is compiled by then. */
const SETTLE_MS = 15_000;
const TOLERANCE = 0.05;
/** What opens a channel of the multiplexer. */
const SELECT_US = transferUs({ write: 1, read: 0 }, BUS_HZ);

export const chips: IoBench = {
  name: "50 chips",
  async run({ seconds }: IoOptions): Promise<readonly Row[]> {
    const board = await BoardRun.start(manyChips());
    try {
      await board.inService(60_000);
      await sleep(SETTLE_MS);
      const before = await sample(board);
      await sleep(seconds * 1000);
      const after = await sample(board);
      const elapsedS = (after.atMs - before.atMs) / 1000;
      const jobs = Math.round(elapsedS * CHIPS * JOBS_A_SECOND);
      const transfers = after.transfers - before.transfers;
      const selections = after.selections - before.selections;
      const wireS = after.wireS - before.wireS - (selections * SELECT_US) / 1e6;
      const use = (100 * wireS) / elapsedS / BUS_COUNT;
      const predicted = predictedPercent();
      return [
        {
          work: `${CHIPS} chips on ${BUS_COUNT} emulated buses at 400 kHz, ${JOBS_A_SECOND} Hz each: deadline misses`,
          ours: `${after.misses - before.misses} of ${jobs}`,
          peer: null,
          ratio: null,
          goal: "0",
          met: after.misses === before.misses,
        },
        {
          work: "the same: use of a bus by the bits of the chips' transfers",
          ours: `${use.toFixed(2)} % (${(transfers / elapsedS).toFixed(0)} transfers a second, ${(selections / elapsedS).toFixed(0)} of them open a channel)`,
          peer: `predicted: ${predicted.toFixed(2)} %`,
          ratio: use / predicted,
          goal: `within ${100 * TOLERANCE} % of the prediction`,
          met: Math.abs(use / predicted - 1) <= TOLERANCE,
        },
      ];
    } finally {
      await board.stop();
    }
  },
};

/**
 * Of one bus, without what admission adds for the worst case: the guardian's turns, and a channel that is opened anew for
 * each transfer.
 */
function predictedPercent(): number {
  const { sample: stretches = [] } = driverNamed("ads1115").cost;
  const jobUs = stretches
    .flatMap(({ transfers }) => transfers)
    .reduce((sum, size) => sum + transferUs(size, BUS_HZ), 0);
  return (100 * jobUs * JOBS_A_SECOND * (CHIPS / BUS_COUNT)) / 1e6;
}

async function sample(board: BoardRun) {
  const { misses } = (await board.health()) ?? {};
  const wireS = await board.metric("holdfast_bus_wire_seconds_total");
  const transfers = await board.metric("holdfast_bus_transfers_total");
  const selections = await board.metric("holdfast_chip_transfers_total", `address="${MUX}"`);
  return { atMs: performance.now(), misses: Number(misses), wireS, transfers, selections };
}
