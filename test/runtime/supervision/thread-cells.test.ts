/** Children that are cells in threads of their own; only there can one hang. */
import * as assert from "uvu/assert";
import { ThreadKernel } from "../../../runtime/cell/thread-kernel.ts";
import { terminateChild, whichChildren } from "../../../runtime/supervision/supervisor-client.ts";
import { SystemClock } from "../../../runtime/time/system-clock.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { until } from "../../harness/until.ts";
import { type CellKernelBench, cellOf, superviseCells, supervisedCellsContract } from "./supervised-cells.ts";

function threadBench(t: SpecContext): CellKernelBench {
  const kernel = new ThreadKernel({ board: "bench", clock: new SystemClock() });
  t.defer(() => kernel.stop());
  return { kernel, until: (what, done) => until(what, done, 25_000) };
}

supervisedCellsContract("thread", threadBench);

spec(
  "a cell that loops for ever is ended within its limit while the supervisor answers",
  async (t) => {
    const bench = superviseCells(threadBench(t), {
      children: [
        {
          id: "hangs",
          shutdownMs: 200,
          startMs: 20_000,
          start: { cell: cellOf("hangs", "readyAndHangs", [], "children") },
        },
        { id: "other", start: { cell: cellOf("other", "idles") } },
      ],
    });
    await bench.until("both run", () => bench.events.length === 2);
    const ending = bench.ask((self, sup) => terminateChild(self, sup, "hangs", 20_000));
    const states = (await bench.ask(whichChildren)).map(({ id, state }) => `${id} ${state}`);
    assert.equal(states, ["hangs stopping", "other running"]);
    assert.equal(await ending, { ok: true });
    assert.equal(bench.events.slice(2), ["stopped hangs: cell hangs: killed"]);
  },
  { limitMs: 60_000 },
);
