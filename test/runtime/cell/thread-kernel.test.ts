import * as assert from "uvu/assert";
import type { CellSpec } from "../../../runtime/cell/kernel.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import { REPORT } from "../../contracts/cell-bodies.ts";
import { cell, cellContract } from "../../contracts/cells.ts";
import { threadBench } from "../../contracts/thread-bench.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";

cellContract("thread", threadBench);

const module = new URL("./fixtures/naughty-bodies.js", import.meta.url).href;

function naughty(name: string, args: readonly unknown[] = [], rest: Partial<CellSpec> = {}): CellSpec {
  return { name, body: { module, name }, args, ...rest };
}

function bench(t: SpecContext) {
  const log: string[] = [];
  return { ...threadBench(t, { ended: (line) => log.push(line), crashed: (line) => log.push(line) }), log };
}

/** Worker threads that start beside a busy machine take their time. */
const patience = { limitMs: 60_000 };

spec(
  "a module that throws when it is loaded, or is not there, ends its cell with the reason",
  async (t) => {
    const { kernel, until, log } = bench(t);
    const nowhere = new URL("./fixtures/nowhere.js", import.meta.url).href;
    kernel.startCell({ name: "nowhere", body: { module: nowhere, name: "x" }, args: [] });
    const throws = `data:text/javascript,throw new RangeError("at load")`;
    kernel.startCell({ name: "throws", body: { module: throws, name: "x" }, args: [] });
    await until(() => log.length === 2);
    const [first, second] = log.toSorted();
    assert.match(first!, /^nowhere 1 ended: Error: Cannot find module/);
    assert.is(second, "throws 1 ended: RangeError: at load");
  },
  patience,
);

spec(
  "a cell beyond its heap limit ends as outOfMemory, and the others do not notice",
  async (t) => {
    const { kernel, next, until, quiet, log } = bench(t);
    const echo = kernel.startCell(cell("echo", "echo"));
    kernel.startCell(naughty("leaks", [], { heapMb: 16 }));
    assert.equal(await next(), ["leaks"]);
    await until(() => log.length > 0);
    assert.equal(log, ["leaks 1 ended: outOfMemory"]);
    kernel.startCell(cell("asker", "asker", [echo, 10]));
    assert.equal(await next(), ["10 answers"]);
    await quiet();
  },
  patience,
);

spec(
  "a cell that never gives its thread back is ended from outside, with the cause it is given",
  async (t) => {
    const { kernel, next, until, log } = bench(t);
    kernel.startCell(naughty("loops"));
    assert.equal(await next(), ["loops"]);
    kernel.endCell("loops", 1, "hung");
    await until(() => log.length > 0);
    assert.equal(log, ["loops 1 ended: hung"]);
    kernel.startCell(naughty("loops"));
    assert.equal(await next(), ["loops"], "its name and its cell are free");
  },
  patience,
);

spec(
  "a cell that is ended before it ran never runs",
  async (t) => {
    const { kernel, until, quiet, log } = bench(t);
    kernel.startCell(cell("early", "mortal", ["m"]));
    kernel.endCell("early", 1, "killed");
    await until(() => log.length > 0);
    assert.equal(log, ["early 1 ended: killed"]);
    await quiet();
  },
  patience,
);

spec(
  "a cell whose set-up cannot be sent ends with the reason",
  async (t) => {
    const { kernel, until, log } = bench(t);
    const setup = { module, name: "none", data: { f() {} } };
    kernel.startCell({ ...cell("odd", "mortal", ["m"]), setup });
    await until(() => log.length > 0);
    assert.match(log[0]!, /^odd 1 ended: DataCloneError/);
  },
  patience,
);

spec(
  "a cell that dies while others wait for their turn to start harms none of them",
  async (t) => {
    const { kernel, next, until, log } = bench(t);
    const doomed = kernel.startCell(cell("doomed", "mortal", ["m"]));
    await next();
    // Two start at a time; the others hold a way to `doomed` when it dies.
    for (let n = 0; n < 6; n++) kernel.startCell(cell(`late${n}`, "watcher", [doomed, "m"]));
    kernel.endCell("doomed", 1, "killed");
    const lines = await next(18);
    assert.is(lines.filter((line) => line === "watches").length, 6);
    assert.is(
      lines.filter((line) => /^down (noproc|.cell doomed, killed.), name free$/.test(line)).length,
      6,
    );
    assert.is(
      lines.filter((line) => /^exit (noproc|.cell doomed, killed.), name free$/.test(line)).length,
      6,
    );
    await until(() => log.length > 0);
    assert.equal(log, ["doomed 1 ended: killed"]);
  },
  patience,
);

spec(
  "a cell with an event loop can use timers and promises",
  async (t) => {
    const { kernel, next, until, log } = bench(t);
    kernel.startCell(naughty("eventful", [], { loop: "event" }));
    assert.equal(await next(3), ["a timer ticked", "a promise was kept", "slept"]);
    await until(() => log.length > 0);
    assert.equal(log, ["eventful 1 ended: normal"]);
  },
  patience,
);

spec(
  "a flooder is cut off at its own edge, its signals pass, and it may send again when there is room",
  async (t) => {
    const { kernel, next, quiet } = bench(t);
    const gate = new Int32Array(new SharedArrayBuffer(4));
    t.defer(() => Atomics.store(gate, 0, 1));
    const still = kernel.startCell(naughty("standsStill", [gate]));
    const flooder = kernel.startCell(naughty("floods", [still, 5000]));
    assert.equal(await next(), ["stands still"]);
    kernel.cell.post(flooder, { type: "go" });
    assert.equal(await next(), ["flooded"]);
    Atomics.store(gate, 0, 1);
    assert.equal(await next(), ["2000 numbers, then shutdown"]);
    kernel.cell.post(flooder, { type: "go" });
    assert.equal(await next(), ["one more"]);
    await quiet();
  },
  patience,
);

spec(
  "no ring of the doorbell is lost, whatever the rhythm",
  async (t) => {
    const { kernel, next } = bench(t);
    const rounds = 150;
    for (let seed = 1; seed <= 12; seed += 2) {
      const echo = kernel.startCell(cell(`echo${seed}`, "echo"));
      for (const mine of [seed, seed + 1]) {
        kernel.startCell({ ...naughty("rings", [echo, mine, rounds]), name: `rings${mine}` });
      }
      const lines = await next(2);
      assert.equal(
        lines.toSorted(),
        [`seed ${seed}: ${rounds} rounds`, `seed ${seed + 1}: ${rounds} rounds`].sort(),
      );
      for (const name of [`echo${seed}`, `rings${seed}`, `rings${seed + 1}`])
        kernel.endCell(name, 1, "killed");
    }
  },
  patience,
);

for (const loop of ["blocking", "event"] as const) {
  spec(
    `a module that a ${loop} cell never loaded can be spawned from; its processes go on afterwards`,
    async (t) => {
      const { kernel, next, seen, log } = bench(t);
      const host = kernel.startCell({ ...cell("host", "echo"), loop });
      const code = "export function* far(self, to, n) { self.send(to, 'far ' + n); yield* self.receive(); }";
      const module = `data:text/javascript,${encodeURIComponent(code)}`;
      const broken = "data:text/javascript,throw new RangeError('at load')";
      kernel.cell.spawn(function* here(self): ProcessGenerator {
        const first = yield* self.spawnIn("host", { module, name: "far" }, [REPORT, 1]);
        const second = yield* self.spawnIn("host", { module, name: "far" }, [REPORT, 2]);
        self.send(REPORT, `${first} ${second}`);
        try {
          yield* self.spawnIn("host", { module: broken, name: "far" });
        } catch (error) {
          self.send(REPORT, (error as Error).message);
        }
      }, []);
      const lines = await next(4);
      assert.equal(lines.toSorted(), [
        "<bench.host.3> <bench.host.4>",
        "cannot spawn in cell host: RangeError: at load",
        "far 1",
        "far 2",
      ]);
      kernel.startCell(cell("asker", "asker", [host, 5]));
      assert.equal(await next(), ["5 answers"], `${seen}`);
      assert.equal(log, []);
    },
    patience,
  );
}
