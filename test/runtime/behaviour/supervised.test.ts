/** Behaviours under supervisors, and supervisors under applications. */
import * as assert from "uvu/assert";
import { addressOf } from "../../../runtime/behaviour/address.ts";
import { applicationController } from "../../../runtime/behaviour/application.ts";
import { call, cast } from "../../../runtime/behaviour/call.ts";
import { serverBody, startServer } from "../../../runtime/behaviour/server.ts";
import { stop } from "../../../runtime/behaviour/system-message.ts";
import { LocalKernel } from "../../../runtime/cell/local-kernel.ts";
import type { Body } from "../../../runtime/process/cell-contract.ts";
import { BAND } from "../../../runtime/process/process.ts";
import type { ChildSpec } from "../../../runtime/supervision/child-spec.ts";
import { supervisor } from "../../../runtime/supervision/supervisor.ts";
import type { SupervisorEvent } from "../../../runtime/supervision/supervisor-spec.ts";
import { VirtualClock } from "../../../runtime/time/virtual-clock.ts";
import { spec } from "../../harness/spec.ts";
import { type BenchModule, benchModule, type InitKind } from "./bench-server.ts";
import { bench, outcome } from "./client.ts";

const named = addressOf<BenchModule>;

/** Children are servers under their ids as names. */
function setUp(...kinds: readonly (readonly [id: string, kind: InitKind, startMs?: number])[]) {
  const hand = bench();
  const log: string[] = [];
  const body = serverBody(benchModule(log));
  const children = kinds.map(
    ([id, kind, startMs]): ChildSpec => ({
      id,
      start: (self) => {
        const birth = {
          parent: self.pid,
          name: id,
          ...(startMs === undefined ? {} : { supervised: true as const }),
        };
        return self.spawn(body, [kind, birth]);
      },
      ...(startMs === undefined ? {} : { startMs }),
    }),
  );
  const onEvent = (event: SupervisorEvent) => {
    hand.trace.push(`${Math.round(hand.clock.now() / 1000)} ${event.kind} ${"id" in event ? event.id : ""}`);
  };
  const spec = { strategy: "oneForOne", intensity: 3, periodMs: 1000, children, onEvent } as const;
  const pid = hand.cell.spawn(supervisor(spec), [], { band: BAND.system });
  hand.cell.run();
  return { ...hand, log, pid };
}

spec(
  "a server that crashes is started again under its name; its caller hears why, the next one is served",
  () => {
    const { client, log, trace, until } = setUp(["adder", "trap"]);
    client(function* (self) {
      yield* call(self, named("adder"), { type: "add", n: 5 });
      log.push(yield* outcome(call(self, named("adder"), { type: "crash" })));
      log.push(`${yield* call(self, named("adder"), { type: "add", n: 1 })}`);
    });
    until(10);
    const wanted = [
      "init trap",
      "terminate Error: crashed with 5",
      "exited: Error: crashed",
      "init trap",
      "1",
    ];
    assert.equal([...log].sort(), wanted.sort());
    assert.equal(trace, ["0 started adder", "0 ended adder", "0 started adder"]);
  },
);

spec("a server that has to be ready is waited for, then the next is started", () => {
  const { trace, until } = setUp(
    ["slow", "wait", 500],
    ["quick", "run", 500],
    ["absent", "ignore", 500],
    ["last", "run"],
  );
  until(300);
  assert.equal(trace.slice(0, 2), ["100 started slow", "100 started quick"]);
  assert.is(trace.at(-1), "100 started last");
  assert.not(trace.includes("100 started absent"));
});

spec("a server whose init fails fails the supervisor's start, with its reason", () => {
  const { cell, trace, until } = setUp(["a", "trap", 500], ["b", "crash", 500]);
  until(5000);
  assert.ok(
    trace.some((line) => line.includes("gaveUp") || line.includes("startFailed")),
    `${trace}`,
  );
  assert.is(cell.processCount, 0);
});

spec("a supervisor that ends has its servers run terminate, last first", () => {
  const { cell, log, pid, until } = setUp(["a", "trap"], ["b", "trap"]);
  cell.post("a", { type: "cast", message: { type: "add", n: 1 } });
  cell.post("b", { type: "cast", message: { type: "add", n: 2 } });
  until(1);
  cell.exit(undefined, pid, "shutdown");
  until(100);
  assert.equal(log.slice(2), ["terminate shutdown with 2", "terminate shutdown with 1"]);
  assert.is(cell.processCount, 0);
});

spec(
  "a server that is a cell's first process says to its supervisor when it is ready, and comes back after a crash",
  () => {
    const clock = new VirtualClock(0);
    const log: string[] = [];
    const body = serverBody(benchModule(log));
    const kernel = new LocalKernel({
      board: "bench",
      clock,
      load: () => ({ body: body as unknown as Body }),
    });
    const child: ChildSpec = {
      id: "served",
      start: { cell: { name: "served", body: { module: import.meta.url, name: "served" }, args: ["wait"] } },
      startMs: 500,
    };
    const trace: string[] = [];
    const onEvent = ({ kind }: SupervisorEvent) => void trace.push(`${kind} at ${clock.now() / 1000}`);
    const of = {
      strategy: "oneForOne",
      intensity: 3,
      periodMs: 1000,
      children: [child],
      kernel,
      onEvent,
    } as const;
    kernel.cell.spawn(supervisor(of), [], { band: BAND.system });
    kernel.advanceTo(150_000);
    assert.equal(trace, ["started at 100"]);
    kernel.endCell("served", 1, "outOfMemory");
    kernel.advanceTo(1_000_000);
    assert.equal(trace, ["started at 100", "ended at 150", "started at 250"]);
    assert.equal(log, ["init wait", "init wait"]);
  },
);

spec("an application's top is a supervisor, and stopping the application ends all below it in order", () => {
  const { cell, client, trace, until } = bench();
  const log: string[] = [];
  const body = serverBody(benchModule(log));
  const child = (id: string): ChildSpec => ({
    id,
    start: (self) => self.spawn(body, ["trap", { parent: self.pid, name: id }]),
  });
  const top = supervisor({
    strategy: "oneForAll",
    intensity: 1,
    periodMs: 1000,
    children: [child("a"), child("b")],
  });
  client(function* (self) {
    const controller = yield* startServer(
      self,
      applicationController([
        { name: "greenhouse", start: (self) => self.spawn(top, [], { band: BAND.system }) },
      ]),
      undefined,
    );
    yield* self.sleep(1);
    cast(self, named("a"), { type: "add", n: 1 });
    trace.push(`${yield* call(self, named("b"), { type: "add", n: 2 })}`);
    yield* stop(self, controller, "shutdown");
    trace.push(`${self.whereis("a")}`);
  });
  until(100);
  assert.equal(trace, ["2", "undefined"]);
  assert.equal(log.slice(2), ["terminate shutdown with 2", "terminate shutdown with 1"]);
  assert.is(cell.processCount, 0);
});
