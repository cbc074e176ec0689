import * as assert from "uvu/assert";
import type { CellSpec } from "../../../runtime/cell/kernel.ts";
import { cellContract } from "../../contracts/cells.ts";
import { processBench, threadBench } from "../../contracts/thread-bench.ts";
import { spec } from "../../harness/spec.ts";

cellContract("child", processBench("child"));
cellContract("mixed", processBench("mixed"));

const module = new URL("./fixtures/fatal-bodies.js", import.meta.url).href;

for (const [from, to] of [
  ["child", "thread"],
  ["thread", "child"],
] as const) {
  spec(
    `from a ${from} to a ${to}: 2000 messages may be under way, signals pass, and there is room again later`,
    async (t) => {
      const { kernel, next, quiet } = threadBench(t, { ended: () => {}, crashed: () => {} });
      const start = (name: string, kind: "child" | "thread", body: string, args: CellSpec["args"]) =>
        kernel.startCell({ name, kind, body: { module, name: body }, args });
      const receiver = start("receiver", to, "busy", [700]);
      const flooder = start("flooder", from, "floodsOnce", [receiver, 5000]);
      assert.equal(await next(), ["busy"]);
      kernel.cell.post(receiver, { type: "go" });
      kernel.cell.post(flooder, { type: "go" });
      assert.equal((await next(2)).toSorted(), ["2000 numbers, then shutdown", "flooded"]);
      // What was taken is told to the other process within 10 ms.
      await quiet();
      kernel.cell.post(flooder, { type: "go" });
      assert.equal(await next(), ["one more"]);
      await quiet();
    },
    { limitMs: 60_000 },
  );
}
