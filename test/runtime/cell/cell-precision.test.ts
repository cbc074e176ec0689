import { availableParallelism } from "node:os";
import * as assert from "uvu/assert";
import { cell } from "../../contracts/cells.ts";
import { threadBench } from "../../contracts/thread-bench.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";

/** Threads that start beside a busy machine take their time. */
const patience = { limitMs: 60_000 };

function bench(t: SpecContext) {
  const logged: string[] = [];
  const ended = () => {};
  const crashed = () => {};
  const hooks = {
    logged: (_: unknown, { level, text }: { level: string; text: string }) => logged.push(`${level} ${text}`),
  };
  return { ...threadBench(t, { ended, crashed }, { hooks }), logged };
}

spec(
  "a cell spins where its specification says so and there is more than one core; it works all the same",
  async (t) => {
    const { kernel, next } = bench(t);
    const threadOf = (name: string) => kernel.cells().find((status) => status.cell === name)?.thread;
    const echo = kernel.startCell({ ...cell("precise", "echo"), precision: "spin" });
    kernel.startCell({ ...cell("asks", "asker", [echo, 500]), precision: "spin" });
    assert.equal(await next(), ["500 answers"]);
    assert.is(threadOf("precise")?.spins, availableParallelism() > 1);
    const plain = kernel.startCell(cell("plain", "echo"));
    kernel.startCell(cell("asks-too", "asker", [plain, 10]));
    assert.equal(await next(), ["10 answers"]);
    assert.is(threadOf("plain")?.spins, false);
    assert.is(threadOf("plain")?.place, undefined);
  },
  patience,
);

spec(
  "a place in the machine that does not exist is a line in the log, and the cell runs without it",
  async (t) => {
    const { kernel, next, logged } = bench(t);
    const echo = kernel.startCell({ ...cell("far", "echo"), place: { core: 1023 } });
    kernel.startCell(cell("asks", "asker", [echo, 10]));
    assert.equal(await next(), ["10 answers"]);
    assert.is(logged.length, 1);
    assert.match(logged[0]!, /^warn this cell runs as any other thread; not granted: core 1023: /);
    const far = kernel.cells().find((status) => status.cell === "far");
    assert.equal(far?.thread?.place?.asked, { core: 1023 });
    assert.is(far?.thread?.place?.refused.length, 1);
  },
  patience,
);
