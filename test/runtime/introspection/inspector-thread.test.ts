import * as assert from "uvu/assert";
import { CrashLog } from "../../../runtime/introspection/crash-log.ts";
import { cell } from "../../contracts/cells.ts";
import { inspectionBench, inspectionContract } from "../../contracts/inspection.ts";
import { threadBench } from "../../contracts/thread-bench.ts";
import { spec } from "../../harness/spec.ts";

inspectionContract("thread", threadBench);

const module = new URL("../cell/fixtures/naughty-bodies.js", import.meta.url).href;

spec(
  "a cell that hangs is told of by what it runs and how late it is; the others answer meanwhile",
  async (t) => {
    const bench = inspectionBench(
      threadBench(t, { ended: () => {}, crashed: () => {} }),
      new CrashLog("bench", () => 0),
      2000,
    );
    const { kernel, next, ask } = bench;
    kernel.startCell({ name: "loops", body: { module, name: "loops" }, args: [], hangLimitUs: 1000 });
    kernel.startCell(cell("fine", "mortal", ["m"]));
    assert.equal([...(await next(2))].sort(), ["loops", "m runs"]);
    const look = async () => (await ask({ what: "board", query: {} }, "board")).board.cells;
    let cells = await look();
    const view = (name: string) => cells.find((each) => each.cell === name)!;
    // It reports, then sleeps a moment before it hangs: a question that comes in time is answered. The other one may be held up.
    while (view("loops").report !== null || view("fine").report === null) cells = await look();
    const running = view("loops").running!;
    assert.is(running.process, 1);
    assert.ok(running.lateUs > 0, `${running.lateUs} us`);
    assert.is(view("fine").report?.processes[0]?.function, "mortal");
    assert.is(view("fine").running, null);
    kernel.endCell("loops", 1, "hung");
  },
  { limitMs: 30_000 },
);
