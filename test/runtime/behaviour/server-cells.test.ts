/** Servers in other cells: the same calls, and what the end of a cell does to them. */
import * as assert from "uvu/assert";
import { type Address, addressOf } from "../../../runtime/behaviour/address.ts";
import { call, cast } from "../../../runtime/behaviour/call.ts";
import { serverBody } from "../../../runtime/behaviour/server.ts";
import { awaitStart, type Birth } from "../../../runtime/behaviour/start.ts";
import { getState, stop } from "../../../runtime/behaviour/system-message.ts";
import { LocalKernel } from "../../../runtime/cell/local-kernel.ts";
import type { Body } from "../../../runtime/process/cell-contract.ts";
import { importPid, type Pid, randomKey } from "../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { VirtualClock } from "../../../runtime/time/virtual-clock.ts";
import { spec } from "../../harness/spec.ts";
import { type BenchModule, benchModule } from "./bench-server.ts";
import { outcome } from "./client.ts";

/** What a module of a cell exports. */
export const served = serverBody(benchModule([]));

/** A server in the cell "served", clients in the kernel's. */
function setUp(...args: unknown[]) {
  const clock = new VirtualClock(0);
  const kernel = new LocalKernel({
    board: "bench",
    clock,
    load: () => ({ body: served as unknown as Body }),
  });
  const trace: string[] = [];
  const start = (...args: unknown[]): Pid =>
    kernel.startCell({ name: "served", body: { module: import.meta.url, name: "served" }, args });
  const client = (body: (self: Self<unknown>) => ProcessGenerator<unknown>) => {
    kernel.cell.spawn(function* client(self: Self<unknown>) {
      yield* body(self);
    }, []);
  };
  const until = (ms: number) => kernel.advanceTo(ms * 1000);
  const pid = start(...args);
  return { kernel, trace, client, until, start, pid, server: addressOf<BenchModule>(pid) };
}

spec("a server of another cell is called, cast to, asked for its state, and stopped", () => {
  const { kernel, client, server, pid, trace, until } = setUp("run");
  client(function* (self) {
    cast(self, server, { type: "add", n: 5 });
    trace.push(`${yield* call(self, server, { type: "add", n: 2 })}`);
    trace.push(yield* call(self, server, { type: "delayed", after: 10 }));
    trace.push(JSON.stringify(yield* getState(self, pid)));
    trace.push(yield* outcome(stop(self, pid)));
    trace.push(yield* outcome(call(self, server, { type: "get" })));
  });
  until(100);
  assert.equal(trace, [
    "7",
    "delayed",
    '{"version":1,"state":{"sum":7,"waiting":[]}}',
    "undefined",
    "noproc: noproc",
  ]);
  assert.equal(kernel.cellNames, []);
});

spec("a cell that dies during a call ends it with the cell's cause", () => {
  const { kernel, client, server, trace, until } = setUp("run");
  client(function* (self) {
    trace.push(yield* outcome(call(self, server, { type: "never" })));
  });
  until(10);
  kernel.endCell("served", 1, "outOfMemory");
  until(20);
  assert.equal(trace, ["exited: cell served: outOfMemory"]);
  assert.is(kernel.timerCount, 0);
});

spec("the pid of a former life, a guessed one, and one of a cell that never was, fail with noproc", () => {
  const { kernel, client, server, pid, trace, start, until } = setUp("run");
  until(1);
  kernel.endCell("served", 1, "killed");
  const next = start("run");
  const { board, cell, number } = pid;
  const guessed = importPid({ board, cell, number, incarnation: 2, key: randomKey() });
  const nowhere = importPid({ board, cell: "elsewhere", number, incarnation: 1, key: randomKey() });
  client(function* (self) {
    trace.push(yield* outcome(call(self, server, { type: "get" })));
    trace.push(yield* outcome(call(self, addressOf<BenchModule>(nowhere), { type: "get" })));
    trace.push(yield* outcome(call(self, addressOf<BenchModule>(guessed), { type: "get" }, { within: 10 })));
    trace.push(yield* outcome(call(self, addressOf<BenchModule>(next), { type: "get" })));
  });
  until(100);
  assert.equal(trace, ["noproc: noproc", "noproc: noproc", "noproc: noproc", "0"]);
});

spec("a late reply from another cell is dropped there and counted", () => {
  const { kernel, client, server, trace, until } = setUp("run");
  client(function* (self) {
    trace.push(yield* outcome(call(self, server, { type: "delayed", after: 20 }, { within: 10 })));
    trace.push(`${yield* self.receive(undefined, { within: 50 })}`);
  });
  until(100);
  assert.equal(trace, ["timeout", "undefined"]);
  assert.is(kernel.cell.counts.late, 1);
});

spec(
  "the start of a server that is a cell's first process may be waited for, and its failure is known",
  () => {
    for (const [kind, wanted] of [
      ["wait", "undefined at 100"],
      ["stop", "failed: not today at 0"],
      ["ignore", "ignored at 0"],
    ] as const) {
      const { kernel, client, trace, until } = setUp("run");
      client(function* (self) {
        kernel.endCell("served", 1, "killed");
        const birth: Birth = { parent: self.pid, awaited: true };
        const body = { module: import.meta.url, name: "served" };
        const pid = kernel.startCell({ name: "second", body, args: [kind, birth] });
        trace.push(`${yield* outcome(awaitStart(self, pid, "second"))} at ${self.nowUs() / 1000}`);
      });
      until(200);
      assert.equal(trace, [wanted]);
    }
  },
);

spec("a server is called through a name that its cell registered", () => {
  const { client, trace, until } = setUp("run", { name: "adder" });
  client(function* (self) {
    yield* self.sleep(1);
    const adder: Address<{ add(request: { n: number }): number }> = addressOf<BenchModule>("adder");
    trace.push(`${yield* call(self, adder, { type: "add", n: 3 })}`);
  });
  until(10);
  assert.equal(trace, ["3"]);
});
