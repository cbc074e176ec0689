/** A sensor on a bus that a display fills with pictures of 1 KiB: how long it waits for its turn. */

import { chipAddress, displayAddress } from "../../firmware/fixtures/bench-plan.ts";
import { percentiles } from "../machine.ts";
import type { Row } from "../rows.ts";
import { FenceRig } from "../time/fence-rig.ts";
import { type IoBench, type IoOptions, us } from "./bench.ts";

const BODIES = "io/io-bodies";
const BUS = "i2c-1";
const PICTURE_BYTES = 1024;
/** The longest transfer, 256 bytes at 400 kHz, keeps the wires for 5.8 ms. The world times in whole ms. */
const TRANSFER_MS = 6;
/** Of the sensor; the display's is a second. */
const DEADLINE_MS = 20;
const READS = 300;

export const display: IoBench = {
  name: "display beside a sensor",
  async run({ count }: IoOptions): Promise<readonly Row[]> {
    const reads = Math.min(READS, count);
    const alone = percentiles(await sensorTimes(reads, false));
    const beside = percentiles(await sensorTimes(reads, true));
    const waitedUs = beside.worstUs - alone.medianUs;
    const transfers = waitedUs / (TRANSFER_MS * 1000);
    return [
      {
        work: `a sensor beside pictures of ${PICTURE_BYTES} bytes on its bus, in transfers of ${TRANSFER_MS} ms: its read`,
        ours: `${us(beside)}: waits for ${transfers.toFixed(2)} transfers at most`,
        peer: `without the display: ${us(alone)}`,
        ratio: null,
        // The end of a transfer of 6 ms comes up to 1 ms later, and threads have to wake up.
        goal: "one transfer at most (+ 2 ms)",
        met: waitedUs <= (TRANSFER_MS + 2) * 1000,
      },
    ];
  },
};

async function sensorTimes(reads: number, withDisplay: boolean): Promise<number[]> {
  const rig = await FenceRig.start();
  try {
    const right = (owner: number, address: number) => ({
      owner,
      outputs: [],
      inputs: [],
      i2c: [{ bus: BUS, address }],
    });
    if (withDisplay) {
      await rig.rig.call({
        order: "world",
        cell: "display",
        set: { fault: { kind: "slow", ms: TRANSFER_MS } },
      });
      const args = [BUS, displayAddress, PICTURE_BYTES];
      await rig.startCell(BODIES, "display", "shows", args, right(0, displayAddress));
    }
    const args = [BUS, chipAddress, reads, DEADLINE_MS];
    await rig.startCell(BODIES, "sensor", "senses", args, right(1, chipAddress));
    return (await rig.said()) as number[];
  } finally {
    await rig.close();
  }
}
