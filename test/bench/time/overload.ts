/** A cell that is asked for half again as much as it can do, with real work on a real thread: who misses, who is shed. */
import { ThreadKernel } from "../../../runtime/cell/thread-kernel.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { SystemClock } from "../../../runtime/time/system-clock.ts";
import { BEST_EFFORT } from "../../simulation/overload-tasks.ts";
import type { Row } from "../rows.ts";
import type { TimeBench, TimeOptions } from "./bench.ts";
import { OVERLOADED_BAND, type OverloadCounts, type TaskCount } from "./overload-bodies.ts";

export const overload: TimeBench = {
  name: "overload",
  async run({ seconds }: TimeOptions): Promise<readonly Row[]> {
    const { over, settled, after } = await counts(seconds);
    const critical = ["pump", "heater"].map((name) => of(over, name));
    const shed = BEST_EFFORT.map((name) => of(over, name).done);
    const late = after.map(({ name, misses }) => misses - of(settled, name).misses);
    const lateSum = late.reduce((sum, misses) => sum + misses);
    const evenness = Math.min(...shed) / Math.max(...shed);
    return [
      row(
        `150 % for ${seconds} s: misses of critical jobs, of ${critical.reduce((sum, { done }) => sum + done, 0)}`,
        `${critical.map(({ misses }) => misses).join(" + ")}`,
        "0",
        critical.every(({ misses }) => misses === 0),
      ),
      row(
        "150 %: jobs of best effort done, least of most",
        `${shed.join(", ")}: ${evenness.toFixed(2)}`,
        ">= 0.6",
        evenness >= 0.6,
      ),
      row(`75 % for ${seconds} s after it: misses of all`, `${lateSum}`, "0", lateSum === 0),
    ];
  },
};

async function counts(seconds: number): Promise<OverloadCounts> {
  const kernel = new ThreadKernel({ board: "bench", clock: new SystemClock() });
  const counted = new Promise<OverloadCounts>((resolve) => {
    const report = kernel.cell.spawn(function* reporter(
      self: Self<{ type: "overload"; counts: OverloadCounts }>,
    ) {
      resolve((yield* self.receive("overload")).counts);
    }, []);
    kernel.startCell({
      name: "overloaded",
      body: { module: new URL("./overload-bodies.js", import.meta.url).href, name: "overloaded" },
      args: [{ report, seconds }],
      heapMb: 32,
      band: OVERLOADED_BAND,
    });
  });
  try {
    return await counted;
  } finally {
    await kernel.stop();
  }
}

function of(all: readonly TaskCount[], name: string): TaskCount {
  return all.find((one) => one.name === name)!;
}

function row(work: string, ours: string, goal: string, met: boolean): Row {
  return { work, ours, peer: null, ratio: null, goal, met };
}
