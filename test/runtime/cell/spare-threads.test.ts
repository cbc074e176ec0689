import * as assert from "uvu/assert";
import type { CellSpec } from "../../../runtime/cell/kernel.ts";
import { ThreadKernel } from "../../../runtime/cell/thread-kernel.ts";
import { cell, cellContract, hooksOf } from "../../contracts/cells.ts";
import { threadBench } from "../../contracts/thread-bench.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { until } from "../../harness/until.ts";

cellContract("warm", (t, hooks) => threadBench(t, hooks, { spares: () => 1 }));

const patience = { limitMs: 60_000 };

function bench(t: SpecContext, spares: (spec: CellSpec) => number) {
  const log: string[] = [];
  const hooks = { ended: (line: string) => log.push(line), crashed: (line: string) => log.push(line) };
  return { ...threadBench(t, hooks, { spares, hooks: hooksOf(hooks) }), log };
}

spec(
  "one spare is kept for the cells of a class, taken by the next, and replaced",
  async (t) => {
    const { kernel, next } = bench(t, () => 1);
    assert.is(kernel.spareCount, 0, "nobody needed one yet");
    for (let n = 1; n <= 4; n++) {
      kernel.startCell(cell(`m${n}`, "mortal", [`m${n}`]));
      assert.equal(await next(), [`m${n} runs`]);
      await until("a spare", () => kernel.spareCount === 1, 20_000);
    }
  },
  patience,
);

spec(
  "a spare serves only cells of its heap limit, and none is kept for those that want none",
  async (t) => {
    const { kernel, next } = bench(t, ({ heapMb }) => (heapMb === 16 ? 1 : 0));
    kernel.startCell({ ...cell("small", "mortal", ["small"]), heapMb: 16 });
    await next();
    await until("a spare", () => kernel.spareCount === 1, 20_000);
    kernel.startCell({ ...cell("large", "mortal", ["large"]), heapMb: 64 });
    assert.equal(await next(), ["large runs"]);
    assert.is(kernel.spareCount, 1, "it is still there, and no other came");
  },
  patience,
);

spec(
  "a program that cannot be loaded is not tried again and again as a spare",
  async (t) => {
    const log: string[] = [];
    const kernel = new ThreadKernel({
      board: "b",
      clock: { now: () => performance.now() * 1000 },
      program: () => new URL("data:text/javascript,throw new RangeError('at load')"),
      spares: () => 2,
      hooks: { ended: ({ name }) => log.push(name) },
    });
    t.defer(() => kernel.stop());
    kernel.startCell(cell("broken", "mortal"));
    await until("its end", () => log.length === 1, 20_000);
    await new Promise((done) => setTimeout(done, 200));
    assert.is(kernel.spareCount, 0);
    kernel.startCell(cell("again", "mortal"));
    await until("its end", () => log.length === 2, 20_000);
  },
  patience,
);
