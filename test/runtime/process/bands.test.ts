/** Who runs first: bands, what a message lends, and the share of background. */
import * as assert from "uvu/assert";
import type { Pid } from "../../../runtime/process/pid.ts";
import { BAND, type ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { spec } from "../../harness/spec.ts";
import { handCell } from "./hand-cell.ts";
import { twoCells } from "./places.ts";

type Go = { readonly type: "go" };
type Ask = { readonly type: "ask"; readonly from: Pid; readonly name: string };
type Answer = { readonly type: "answer" };

spec("of those that wait the most urgent band runs first, within it the nearest deadline", () => {
  const { cell, trace } = handCell();
  const one = (name: string, band: number) =>
    cell.spawn(
      function* named(self: Self<Go>) {
        yield* self.receive("go");
        trace.push(name);
      },
      [],
      { band },
    );
  const pids: readonly (readonly [Pid, number])[] = [
    [one("best effort, due 1", BAND.bestEffort), 1000],
    [one("normal, due 3", BAND.normal), 3000],
    [one("normal, due 2", BAND.normal), 2000],
    [one("critical, due 9", BAND.critical), 9000],
  ];
  cell.run();
  cell.spawn(
    function* sender(self: Self) {
      for (const [pid, deadlineUs] of pids) self.send(pid, { type: "go" }, { deadlineUs });
    },
    [],
    { band: BAND.bestEffort },
  );
  cell.run();
  assert.equal(trace, ["critical, due 9", "normal, due 2", "normal, due 3", "best effort, due 1"]);
});

spec("a request of critical work is handled as critical work, and so is what the server asks for it", () => {
  const { cell, trace } = handCell();
  const store = cell.spawn(serving(trace, "store"), [], { band: BAND.bestEffort });
  const server = cell.spawn(serving(trace, "server", store), [], { band: BAND.normal });
  cell.run();
  cell.spawn(asking(server, "the log"), [], { band: BAND.bestEffort });
  cell.spawn(noisy(trace, 3), [], { band: BAND.normal });
  cell.spawn(asking(server, "the pump"), [], { band: BAND.critical });
  cell.run();
  assert.equal(trace, [
    "server: the pump",
    "store: the pump",
    "noise 1",
    "noise 2",
    "noise 3",
    "server: the log",
    "store: the log",
  ]);
});

spec("a less urgent request does not make a critical server less urgent", () => {
  const { cell, trace } = handCell();
  const server = cell.spawn(serving(trace, "server"), [], { band: BAND.critical });
  cell.run();
  cell.spawn(asking(server, "the log"), [], { band: BAND.bestEffort });
  cell.run(1); // asks, and waits
  cell.spawn(noisy(trace, 1), [], { band: BAND.normal });
  cell.run();
  assert.equal(trace, ["server: the log", "noise 1"]);
});

spec("what was lent ends with the work: the next request has its own urgency", () => {
  const { cell, trace } = handCell();
  const server = cell.spawn(serving(trace, "server"), [], { band: BAND.bestEffort });
  cell.run();
  cell.spawn(asking(server, "the pump"), [], { band: BAND.critical });
  cell.run();
  cell.spawn(asking(server, "the log"), [], { band: BAND.bestEffort });
  cell.run(1);
  cell.spawn(noisy(trace, 1), [], { band: BAND.normal });
  cell.run();
  assert.equal(trace, ["server: the pump", "noise 1", "server: the log"]);
});

spec("a message that nobody waits for now lends nothing", () => {
  const { cell, trace } = handCell();
  const picky = cell.spawn(
    function* picky(self: Self<Go | Answer>) {
      yield* self.receive("answer");
      trace.push("picky had its answer");
      yield* self.receive("go");
      trace.push("picky went");
    },
    [],
    { band: BAND.bestEffort },
  );
  cell.run();
  cell.spawn(
    function* loud(self: Self) {
      self.send(picky, { type: "go" });
    },
    [],
    { band: BAND.critical },
  );
  cell.spawn(noisy(trace, 1), [], { band: BAND.normal });
  cell.run();
  assert.equal(trace, ["noise 1"]);
  cell.post(picky, { type: "answer" });
  cell.run();
  assert.equal(trace.slice(1), ["picky had its answer", "picky went"]);
});

spec("a supervisor lends no more than critical", () => {
  const { cell, trace } = handCell();
  const server = cell.spawn(serving(trace, "server"), [], { band: BAND.normal });
  cell.run();
  cell.spawn(asking(server, "a supervisor"), [], { band: BAND.system });
  cell.run(1);
  cell.spawn(noisy(trace, 1), [], { band: BAND.system });
  cell.run();
  assert.equal(trace, ["noise 1", "server: a supervisor"]);
});

spec("a signal puts its receiver before all work", () => {
  const { cell, trace } = handCell();
  const victim = cell.spawn(serving(trace, "victim"), []);
  cell.spawn(
    function* watcher(self: Self) {
      self.monitor(victim);
      yield* self.receive("down");
      trace.push("the watcher knows");
    },
    [],
    { band: BAND.bestEffort },
  );
  cell.run();
  cell.spawn(noisy(trace, 2), [], { band: BAND.critical });
  cell.exit(undefined, victim, "kill");
  cell.run();
  assert.equal(trace, ["the watcher knows", "noise 1", "noise 2"]);
});

spec("bands are lent to other cells, too", () => {
  const trace: string[] = [];
  const { here, there, across, settle } = twoCells();
  const server = there.spawn(serving(trace, "server"), [], { band: BAND.bestEffort });
  const noise = there.spawn(
    function* hums(self: Self<Go>) {
      yield* self.receive("go");
      trace.push("hum");
    },
    [],
    { band: BAND.normal },
  );
  settle();
  here.spawn(
    function* sender(self: Self) {
      self.send(across(noise), { type: "go" });
    },
    [],
    { band: BAND.bestEffort },
  );
  here.spawn(asking(across(server), "the pump"), [], { band: BAND.critical });
  here.run();
  settle();
  assert.equal(trace, ["server: the pump", "hum"]);
});

spec("who works long gives way to who is more urgent, and goes on with its own deadline", () => {
  const { cell, clock, trace } = handCell();
  cell.spawn(
    function* long(self: Self) {
      self.work(50_000);
      for (let part = 1; part <= 3; part++) {
        clock.advanceTo(clock.now() + 1000);
        trace.push(`long ${part}`);
        if (part === 1) cell.spawn(noisy(trace, 1), [], { band: BAND.critical });
        yield* self.yield();
      }
      trace.push(`long is due at ${self.deadlineUs / 1000}`);
    },
    [],
    { band: BAND.normal },
  );
  cell.run();
  assert.equal(trace, ["long 1", "noise 1", "long 2", "long 3", "long is due at 50"]);
});

spec(
  "background has a twentieth of the time when others want all of it, and all that is left otherwise",
  () => {
    const { cell, clock } = handCell();
    const ranUs = { background: 0, normal: 0 };
    const endless = (kind: keyof typeof ranUs, band: number) =>
      cell.spawn(
        function* endless(self: Self) {
          for (;;) {
            clock.advanceTo(clock.now() + 500);
            ranUs[kind] += 500;
            yield* self.yield();
          }
        },
        [],
        { band },
      );
    const worker = endless("normal", BAND.normal);
    endless("background", BAND.background);
    while (clock.now() < 1_000_000) cell.run(1);
    const share = ranUs.background / 1_000_000;
    assert.ok(share >= 0.045 && share <= 0.055, `a share of ${share}`);
    cell.exit(undefined, worker, "kill");
    const before = ranUs.background;
    while (clock.now() < 2_000_000) cell.run(1);
    assert.is(ranUs.background - before, 1_000_000);
  },
);

spec("work that begins at a time limit is as urgent as it says", () => {
  const { cell, trace, until } = handCell();
  const waits = (name: string, dueUs: number) =>
    cell.spawn(function* released(self: Self) {
      yield* self.receive(undefined, { untilUs: 10_000, dueUs });
      trace.push(name);
    }, []);
  waits("due at 40 ms", 40_000);
  waits("due at 20 ms", 20_000);
  until(10);
  assert.equal(trace, ["due at 20 ms", "due at 40 ms"]);
});

/** Answers, and asks `next` first where there is one. */
function serving(trace: string[], name: string, next?: Pid) {
  return function* server(self: Self<Ask | Answer>): ProcessGenerator {
    for (;;) {
      const asked = yield* self.receive("ask");
      trace.push(`${name}: ${asked.name}`);
      if (next !== undefined) {
        self.send(next, { type: "ask", from: self.pid, name: asked.name });
        yield* self.receive("answer");
      }
      self.send(asked.from, { type: "answer" });
    }
  };
}

function asking(server: Pid, name: string) {
  return function* client(self: Self<Answer>): ProcessGenerator {
    self.send(server, { type: "ask", from: self.pid, name });
    yield* self.receive("answer");
  };
}

function noisy(trace: string[], times: number) {
  return function* noise(self: Self): ProcessGenerator {
    for (let n = 1; n <= times; n++) {
      trace.push(`noise ${n}`);
      yield* self.yield();
    }
  };
}
