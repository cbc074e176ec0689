import * as assert from "uvu/assert";
import { exportPid, importPid } from "../../../runtime/process/pid.ts";
import { cell, cellContract } from "../../contracts/cells.ts";
import { localBench } from "../../contracts/local-bench.ts";
import { spec } from "../../harness/spec.ts";

cellContract("local", (_, hooks) => localBench(hooks));

const deaf = { ended: () => {}, crashed: () => {} };

spec("a forged key is counted where it arrives, as forged; a late message as dead", async () => {
  const { kernel, next, quiet } = localBench(deaf);
  const pid = kernel.startCell(cell("safe", "mortal", ["m"]));
  await next();
  const { counts } = kernel.cellOf("safe")!;
  kernel.cell.post(importPid({ ...exportPid(pid), key: "0".repeat(32) }), "guess");
  await quiet();
  assert.equal(counts, { dead: 0, forged: 1, overflow: 0, credit: 0, late: 0, unreported: 0 });
  kernel.cell.post(importPid({ ...exportPid(pid), number: 99 }), "nobody was ever given that number");
  await quiet();
  assert.equal(counts, { dead: 0, forged: 2, overflow: 0, credit: 0, late: 0, unreported: 0 });
  const { number } = kernel.cellOf("safe")!.spawn(function* brief() {}, []);
  await quiet();
  kernel.cell.post(importPid({ ...exportPid(pid), number }), "it ended");
  await quiet();
  assert.equal(counts, { dead: 1, forged: 2, overflow: 0, credit: 0, late: 0, unreported: 0 });
  assert.equal(kernel.cell.counts, { dead: 0, forged: 0, overflow: 0, credit: 0, late: 0, unreported: 0 });
});

spec("a message to a cell that is gone is counted at the sender", async () => {
  const { kernel, next } = localBench(deaf);
  const pid = kernel.startCell(cell("brief", "mortal", ["m"]));
  await next();
  kernel.endCell("brief", 1, "killed");
  kernel.cell.post(pid, "too late");
  assert.is(kernel.cell.counts.dead, 1);
});

spec(
  "a process of the kernel's cell stays there, though its pid went to another as an argument",
  async () => {
    const { kernel, clock, next } = localBench(deaf);
    const trace: string[] = [];
    const home = kernel.cell.spawn(function* home(self) {
      const message = (yield* self.receive()) as { from: unknown };
      trace.push(`${self.pid} got ${message.from}`);
    }, []);
    kernel.startCell(cell("asker", "asker", [home, 1]));
    kernel.advanceTo(clock.now() + 1);
    assert.equal(trace, ["<bench.kernel.2> got <bench.asker.1>"]);
    assert.equal(await next(), ["no answer to 0"]);
  },
);

spec("what waits has one timer, and nothing is left when cells end", async () => {
  const { kernel, clock, next } = localBench(deaf);
  const echo = kernel.startCell(cell("silent", "idle"));
  kernel.startCell(cell("asker", "asker", [echo, 1]));
  kernel.settle();
  assert.is(kernel.timerCount, 1);
  assert.is(kernel.nextWakeUs(), clock.now() + 20_000_000);
  assert.equal(await next(), ["no answer to 0"]);
  assert.is(kernel.timerCount, 0);
  assert.is(kernel.nextWakeUs(), Number.POSITIVE_INFINITY);
  assert.equal(kernel.cellNames, ["silent"]);
});
