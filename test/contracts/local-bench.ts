/** The cells' contract in one thread under a virtual clock. */
import * as assert from "uvu/assert";
import { LocalKernel } from "../../runtime/cell/local-kernel.ts";
import type { Body } from "../../runtime/process/cell-contract.ts";
import { VirtualClock } from "../../runtime/time/virtual-clock.ts";
import * as cellBodies from "./cell-bodies.ts";
import { type BenchHooks, type CellBench, hooksOf, reporter } from "./cells.ts";
import * as groupBodies from "./group-bodies.ts";

export interface LocalBench extends CellBench {
  readonly kernel: LocalKernel;
  readonly clock: VirtualClock;
}

/** `bodies`: the module that the cells' bodies are in. */
export function localBench(hooks: BenchHooks, bodies: object = cellBodies): LocalBench {
  const clock = new VirtualClock(0);
  const kernel = new LocalKernel({
    board: "bench",
    clock,
    hooks: hooksOf(hooks),
    load: ({ body: { module, name } }) => {
      const body = ({ ...bodies, ...groupBodies } as Readonly<Record<string, unknown>>)[name];
      if (typeof body !== "function") throw new TypeError(`${module} exports no function "${name}"`);
      return { body: body as Body };
    },
  });
  const seen: string[] = [];
  let told = 0;
  kernel.cell.spawn(
    reporter((line) => seen.push(line)),
    [],
  );
  kernel.settle();
  const pass = () => kernel.advanceTo(clock.now() + 100_000);
  return {
    kernel,
    clock,
    seen,
    async next(count = 1) {
      for (let turn = 0; turn < 1000 && seen.length < told + count; turn++) pass();
      const lines = seen.slice(told, told + count);
      assert.is(lines.length, count, `seen: ${lines}`);
      told += count;
      return lines;
    },
    async until(done) {
      for (let turn = 0; turn < 1000 && !done(); turn++) pass();
      assert.ok(done(), `it did not come to it; seen: ${seen}`);
    },
    async quiet() {
      pass();
      assert.equal(seen.slice(told), [], "nothing else happened");
    },
  };
}
