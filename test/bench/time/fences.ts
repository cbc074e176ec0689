/** What `npm run bench:time` runs of the watchdog and its fences. */
import type { Row } from "../rows.ts";
import { falseAlarms, fenceUnderFire, hangToFence, kernelHang } from "./fence-figures.ts";

const TRIALS = 200;
const KERNEL_TRIALS = 30;

/** `seconds`: of one window. The load of the last row lasts ten of them. */
export const fences = {
  name: "watchdog and fences",
  async run({ seconds }: { readonly seconds: number }): Promise<readonly Row[]> {
    return [
      await hangToFence(TRIALS),
      await fenceUnderFire(TRIALS),
      await kernelHang(KERNEL_TRIALS),
      await falseAlarms(10 * seconds),
    ];
  },
};
