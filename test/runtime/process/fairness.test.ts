/** What one process may not do to the others of its cell, and what it leaves behind: nothing. */
import * as assert from "uvu/assert";
import type { OverflowAlarm } from "../../../runtime/process/cell-contract.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { spec } from "../../harness/spec.ts";
import { handCell } from "./hand-cell.ts";

function* idle(self: Self<number>) {
  for (;;) yield* self.receive();
}

spec("a process that sends to itself without end lets the others run", () => {
  const { cell, trace, until } = handCell();
  cell.spawn(function* selfish(self: Self<number>) {
    for (let n = 0; n < 1000; n++) {
      self.send(self.pid, n);
      yield* self.receive();
    }
    trace.push("selfish is done");
  }, []);
  cell.spawn(function* other() {
    trace.push("other ran");
  }, []);
  until(0);
  assert.equal(trace, ["other ran", "selfish is done"]);
});

spec("a process that looks in vain without end lets the others run", () => {
  const { cell, trace, until } = handCell();
  cell.spawn(function* polls(self: Self<number>) {
    for (let n = 0; n < 1000; n++) yield* self.receive(undefined, { within: 0 });
    trace.push("polled enough");
  }, []);
  cell.spawn(function* other() {
    trace.push("other ran");
  }, []);
  until(0);
  assert.equal(trace, ["other ran", "polled enough"]);
});

spec("after a pause the nearest deadline runs first", () => {
  const { cell, trace, until } = handCell();
  const flooded = cell.spawn(
    function* flooded(self: Self<number>) {
      for (let n = 0; n < 100; n++) yield* self.receive();
      trace.push("100 messages");
    },
    [],
    { label: "flooded" },
  );
  const urgent = cell.spawn(function* urgent(self: Self<string>) {
    yield* self.receive();
    trace.push("urgent");
  }, []);
  until(0);
  for (let n = 0; n < 100; n++) cell.post(flooded, n);
  cell.spawn(function* sender(self: Self) {
    self.send(urgent, "go", { deadlineUs: 5000 });
  }, []);
  until(1);
  assert.equal(trace, ["urgent", "100 messages"]);
});

spec("a message with a nearer deadline moves its runnable receiver forward", () => {
  const { cell, trace, until } = handCell();
  function* worker(self: Self<string>, name: string) {
    yield* self.receive();
    trace.push(name);
  }
  const [a, b] = [cell.spawn(worker, ["a"]), cell.spawn(worker, ["b"])];
  until(0);
  cell.spawn(function* sender(self: Self) {
    self.send(a!, "late", { deadlineUs: 9000 });
    self.send(b!, "sooner", { deadlineUs: 5000 });
    self.send(a!, "soonest", { deadlineUs: 1000 });
    yield* self.sleep(1);
  }, []);
  until(2);
  assert.equal(trace, ["a", "b"]);
});

spec("who kills itself handles no further message", () => {
  const { cell, trace, until } = handCell();
  const pid = cell.spawn(function* suicidal(self: Self<string>) {
    self.trapExit();
    yield* self.receive();
    self.exit(self.pid, "shutdown"); // Trapped: a message to itself.
    self.kill(self.pid);
    trace.push(`${(yield* self.receive()) as string}`);
  }, []);
  until(0);
  cell.post(pid, "one");
  cell.post(pid, "two");
  until(1);
  assert.equal(trace, []);
  assert.is(cell.processCount, 0);
});

spec("timers end with the process that started them, and only those", () => {
  const { cell, until } = handCell();
  const got: unknown[] = [];
  const receiver = cell.spawn(function* receiver(self: Self<string>) {
    for (;;) got.push(yield* self.receive());
  }, []);
  function* starter(self: Self<never>, name: string, lifeMs: number) {
    const first = self.sendAfter(10, receiver, `${name} 10`);
    self.sendAfter(20, receiver, `${name} 20`);
    self.sendAfter(30, receiver, `${name} 30`);
    self.cancel(first);
    yield* self.sleep(lifeMs);
  }
  cell.spawn(starter, ["short", 25]);
  cell.spawn(starter, ["long", 100]);
  until(26);
  assert.is(cell.timerCount, 2, "its last message, and its own sleep");
  until(200);
  assert.equal(got, ["short 20", "long 20", "long 30"]);
  assert.is(cell.timerCount, 0);
});

spec("an overflow raises one alarm until the mailbox was half empty", () => {
  const alarms: OverflowAlarm[] = [];
  const { cell, until } = handCell({ onAlarm: (alarm) => alarms.push(alarm) });
  const pid = cell.spawn(idle, [], { mailboxCapacity: 4, label: "flooded" });
  until(0);
  for (let round = 1; round <= 2; round++) {
    for (let n = 0; n < 6; n++) cell.post(pid, n);
    until(round);
  }
  assert.equal(alarms, [
    { kind: "overflow", pid: "<bench.hand.1>", label: "flooded", dropped: 1 },
    { kind: "overflow", pid: "<bench.hand.1>", label: "flooded", dropped: 3 },
  ]);
  assert.is(cell.counts.overflow, 4);
});

spec("a flooded process answers its supervisor: it is ended at once", () => {
  const { cell, until } = handCell();
  const pid = cell.spawn(idle, []);
  until(0);
  for (let n = 0; n < 5000; n++) cell.post(pid, n);
  cell.exit(undefined, pid, "shutdown");
  assert.is(cell.processCount, 0);
  until(1);
  assert.is(cell.counts.overflow, 4000);
});

spec("a body that is no generator function crashes in its own process, with an explanation", () => {
  const { cell, crashes, until } = handCell();
  const bodies = [
    async function fetches() {},
    function returns() {
      return 7;
    },
    function throws() {
      throw new RangeError("at once");
    },
  ];
  for (const body of bodies) cell.spawn(body as unknown as () => ProcessGenerator, []);
  until(0);
  assert.equal(
    crashes.map(
      ({ label, reason }) =>
        `${label}: ${typeof reason === "object" && "error" in reason ? reason.error : reason}`,
    ),
    [
      "fetches: TypeError: a process body is a generator function (function*); fetches gave a promise, which can never complete here",
      "returns: TypeError: a process body is a generator function (function*); returns gave a number",
      "throws: RangeError: at once",
    ],
  );
});

spec("a trace sees what happens, in order, and nothing when it is off", () => {
  const { cell, trace, until } = handCell();
  cell.trace = {
    sent: (from, to, message) => trace.push(`${from} sent ${message} to ${to}`),
    received: (by, message) => trace.push(`${by} received ${message}`),
    spawned: (pid, by, label) => trace.push(`${by} spawned ${pid} ${label}`),
    ended: (pid, reason) => trace.push(`${pid} ended: ${reason}`),
    missed: (pid, lateUs) => trace.push(`${pid} ${lateUs} us late`),
  };
  const pid = cell.spawn(function* parent(self: Self<number>) {
    const child = self.spawn(function* child(its: Self<number>) {
      yield* its.receive();
    }, []);
    self.send(child, 1);
    yield* self.receive();
  }, []);
  until(1);
  cell.trace = undefined;
  cell.post(pid, 2);
  until(2);
  assert.equal(trace, [
    "undefined spawned <bench.hand.1> parent",
    "<bench.hand.1> spawned <bench.hand.2> child",
    "<bench.hand.1> sent 1 to <bench.hand.2>",
    "<bench.hand.2> received 1",
    "<bench.hand.2> ended: normal",
  ]);
});
