import * as assert from "uvu/assert";
import type { CellSpec, LogRecord } from "../../../runtime/cell/kernel.ts";
import { LogBudget } from "../../../runtime/cell/log-budget.ts";
import { hooksOf } from "../../contracts/cells.ts";
import { threadBench } from "../../contracts/thread-bench.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";

const module = new URL("./fixtures/guarded-bodies.js", import.meta.url).href;
const patience = { limitMs: 60_000 };

function guarded(body: string, rest: Partial<CellSpec> = {}): CellSpec {
  return { name: body, body: { module, name: body }, args: [], ...rest };
}

function bench(t: SpecContext) {
  const log: string[] = [];
  const printed: string[] = [];
  const hooks = { ended: (line: string) => log.push(line), crashed: (line: string) => log.push(line) };
  const logged = ({ name }: { name: string }, { process, level, text }: LogRecord) =>
    printed.push(`${name}/${process ?? "-"} ${level}: ${text}`);
  return { ...threadBench(t, hooks, { hooks: { ...hooksOf(hooks), logged } }), log, printed };
}

spec(
  "what never completes in a blocking cell fails at once, with the reason and the remedy",
  async (t) => {
    const { kernel, next } = bench(t);
    kernel.startCell(guarded("impatient"));
    const lines = await next(8);
    assert.is(
      lines[0],
      "setTimeout: BlockingCellError: setTimeout never completes in a blocking cell, whose thread parks between " +
        "messages. Use yield* self.sleep(ms) or self.sendAfter(ms, self.pid, message), or give the cell " +
        'loop: "event".',
    );
    assert.equal(
      lines.map((line) => line.split(" never ")[0]),
      [
        "setTimeout: BlockingCellError: setTimeout",
        "setInterval: BlockingCellError: setInterval",
        "setImmediate: BlockingCellError: setImmediate",
        "queueMicrotask: BlockingCellError: queueMicrotask",
        "fetch: BlockingCellError: fetch",
        "node:timers: BlockingCellError: setTimeout",
        "node:timers/promises: BlockingCellError: setTimeout",
        "AbortSignal: BlockingCellError: timeout",
      ],
    );
    for (const line of lines) assert.match(line, /(Use|Ask) .*, or give the cell loop: "event"\.$/);
  },
  patience,
);

spec(
  "an async function as a body ends its cell with the reason and the remedy",
  async (t) => {
    const { kernel, until, log } = bench(t);
    kernel.startCell(guarded("asynchronous"));
    await until(() => log.length > 0);
    assert.match(log[0]!, /^asynchronous 1 ended: BlockingCellError: "asynchronous" is an async function/);
    assert.match(log[0]!, /Write the body as function\* and wait with yield\*/);
  },
  patience,
);

for (const loop of ["blocking", "event"] as const) {
  spec(
    `what code in a ${loop} cell prints is logged with cell, process and level, at a bounded rate`,
    async (t) => {
      const { kernel, until, printed } = bench(t);
      kernel.startCell(guarded("prints", { loop, setup: { module, name: "setup" } }));
      await until(() => printed.some((line) => line.includes("after the flood")));
      assert.equal(printed.slice(0, 9), [
        "prints/- info: set up",
        "prints/prints info: a number: 5 { and: 'an object' }",
        "prints/prints warn: careful",
        "prints/prints error: far off",
        "prints/prints debug: detail",
        "prints/prints info: written",
        "prints/prints error: wrong",
        "prints/inner one info: from within",
        "prints/prints info: flood 0",
      ]);
      assert.ok(printed.length < 500, `${printed.length} lines`); // 100, and 100 more if it was held up for two seconds
      assert.match(printed.at(-1)!, /^prints\/prints info: \(\d+ lines left out\) after the flood$/);
    },
    patience,
  );
}

spec(
  "nobody changes in a blocking cell what all its processes share; what honest code does works",
  async (t) => {
    const { kernel, next } = bench(t);
    kernel.startCell(guarded("tampers"));
    assert.equal(await next(6), [
      "Object.prototype.polluted: no effect",
      "Array.prototype.map: TypeError: Cannot assign to read only property 'map' of object '[object Array]'",
      "delete Map.prototype.get: no effect",
      "JSON.stringify: TypeError: Cannot assign to read only property 'stringify' of object '[object JSON]'",
      "__proto__: no effect",
      "Failure: as it says, old style, own",
    ]);
  },
  patience,
);

spec("a log lets 100 lines pass at once and 50 a second, and says how many it left out", () => {
  const budget = new LogBudget();
  const line = { level: "info", text: "x" } as const;
  let passed = 0;
  for (let n = 0; n < 150; n++) if (budget.record(0, line) !== undefined) passed++;
  assert.is(passed, 100);
  assert.equal(budget.record(20_000, line), { level: "info", text: "(50 lines left out) x" });
  assert.is(budget.record(20_001, line), undefined);
  assert.is(
    budget.record(10_000_000, { level: "error", text: "y".repeat(5000) })?.text.length,
    4000 + 4 + 19,
  );
});
