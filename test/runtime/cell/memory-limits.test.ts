import * as assert from "uvu/assert";
import type { CellSpec } from "../../../runtime/cell/kernel.ts";
import { cell } from "../../contracts/cells.ts";
import { watchedBench } from "../../contracts/watched-bench.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";

const module = new URL("./fixtures/naughty-bodies.js", import.meta.url).href;
const patience = { limitMs: 60_000 };

function naughty(body: string, rest: Partial<CellSpec> = {}): CellSpec {
  return { name: body, body: { module, name: body }, args: [], ...rest };
}

function bench(t: SpecContext) {
  const log: string[] = [];
  return { ...watchedBench(t, { ended: (line) => log.push(line), crashed: (line) => log.push(line) }), log };
}

for (const kind of ["thread", "child"] as const) {
  spec(
    `a ${kind} cell above its limit of memory outside the heap ends as outOfMemory, and the others carry on`,
    async (t) => {
      const { kernel, next, until, quiet, log } = bench(t);
      const echo = kernel.startCell(cell("echo", "echo"));
      kernel.startCell(cell("asker", "asker", [echo, 2000]));
      kernel.startCell(naughty("leaksBuffers", { kind, externalMb: 48 }));
      const lines = await next(2);
      assert.equal(lines.toSorted(), ["2000 answers", "leaks buffers"]);
      await until(() => log.length > 0);
      assert.equal(log, ["leaksBuffers 1 ended: outOfMemory"]);
      await quiet();
    },
    patience,
  );
}

spec(
  "a cell that lets go of its buffers stays, however many it had",
  async (t) => {
    const { kernel, next, log } = bench(t);
    kernel.startCell(naughty("wastesBuffers", { args: [200], externalMb: 48 }));
    assert.equal(await next(), ["wasted 200 MB"]);
    assert.equal(log, []);
  },
  patience,
);

spec(
  "a cell without such a limit may hold what it likes outside its heap",
  async (t) => {
    const { kernel, next, quiet, log } = bench(t);
    kernel.startCell(naughty("leaksBuffers"));
    assert.equal(await next(), ["leaks buffers"]);
    await new Promise((done) => setTimeout(done, 300));
    await quiet();
    assert.equal(log, []);
  },
  patience,
);
