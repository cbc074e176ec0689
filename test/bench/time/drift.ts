/** Does a periodic job lose or gain releases? Ten minutes at 100 Hz, with one core busy half of the time. */
import type { Row } from "../rows.ts";
import type { TimeBench, TimeOptions } from "./bench.ts";
import { CONDITIONS } from "./conditions.ts";
import { startSubject } from "./our-job.ts";

/** Ten milliseconds: a shared machine stalls for less, so that a release that is lost is lost by us. */
const PERIOD_US = 10_000;

export const drift: TimeBench = {
  name: "drift",
  async run({ driftSeconds }: TimeOptions): Promise<readonly Row[]> {
    const order = { job: "other", neighbour: "none", seconds: driftSeconds, periodUs: PERIOD_US } as const;
    const subject = startSubject(order);
    await subject.running;
    const busy = CONDITIONS.find(({ name }) => name === "one core busy")!;
    const begin = setTimeout(async () => {
      const end = await busy.begin();
      void subject.result.finally(end);
    }, driftSeconds * 500);
    const { counts, over, skipped, worstUs } = await subject.result.finally(() => clearTimeout(begin));
    const met = counts.reduce((sum, [, count]) => sum + count, over);
    const expected = Math.round((driftSeconds * 1e6) / PERIOD_US);
    const added = met + skipped - expected;
    return [
      {
        work: `drift: releases lost or added in ${driftSeconds} s at 100 Hz, of ${expected}`,
        ours: `${skipped} lost, ${added} added (worst ${(worstUs / 1000).toFixed(1)} ms late)`,
        peer: null,
        ratio: null,
        goal: "0",
        met: skipped === 0 && added === 0,
      },
    ];
  },
};
