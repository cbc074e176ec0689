import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
      const gate = join(tmpdir(), `holdfast-gate-${process.pid}-${from}`);
      t.defer(() => rmSync(gate, { force: true }));
      const receiver = start("receiver", to, "busy", [gate]);
      const flooder = start("flooder", from, "floodsOnce", [receiver, 5000]);
      assert.equal(await next(), ["busy"]);
      kernel.cell.post(flooder, { type: "go" });
      assert.equal(await next(), ["flooded"]);
      writeFileSync(gate, "");
      assert.equal(await next(), ["2000 numbers, then shutdown"]);
      await quiet();
      kernel.cell.post(flooder, { type: "go" });
      assert.equal(await next(), ["one more"]);
      await quiet();
    },
    { limitMs: 60_000 },
  );
}
