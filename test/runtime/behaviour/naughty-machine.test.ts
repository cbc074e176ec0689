/** What those around a state machine may do wrong, and what it may do wrong to them. */
import * as assert from "uvu/assert";
import { addressOf } from "../../../runtime/behaviour/address.ts";
import { call, cast } from "../../../runtime/behaviour/call.ts";
import { type From, reply } from "../../../runtime/behaviour/exchange.ts";
import { stateMachineBody } from "../../../runtime/behaviour/state-machine.ts";
import type { StateMachineModule } from "../../../runtime/behaviour/state-machine-module.ts";
import { status, stop } from "../../../runtime/behaviour/system-message.ts";
import { spec } from "../../harness/spec.ts";
import { bench, outcome } from "./client.ts";

interface Gate {
  state: "shut" | "open";
  data: { passed: number; waiting: From<string>[] };
  calls: { pass(): string; twice(): string; never(): string; look(): string };
  casts: { type: "open" } | { type: "push" };
}

function gate(log: string[]): StateMachineModule<Gate> {
  return {
    name: "gate",
    version: 1,
    init(_, self) {
      self.trapExit();
      return { state: "shut", data: { passed: 0, waiting: [] } };
    },
    states: {
      shut: { call: { pass: () => ({ postpone: true }) }, cast: { push: () => ({ postpone: true }) } },
      open: {
        call: { pass: (data) => ({ reply: "passed", data: { ...data, passed: data.passed + 1 } }) },
        cast: { push: (data) => ({ data: { ...data, passed: data.passed + 1 } }) },
      },
    },
    common: {
      call: {
        look: ({ passed }, _, __, ___, state) => ({ reply: `${state} ${passed}` }),
        never: (data, _, from) => ({ data: { ...data, waiting: [...data.waiting, from] } }),
        twice(_, __, from, self) {
          reply(self, from, "first");
          return { reply: "second" };
        },
      },
      cast: { open: () => ({ next: "open" }) },
      info: () => void log.push("info"),
    },
    terminate: (reason, state) => void log.push(`terminate ${String(reason)} in ${state}`),
  };
}

function setUp(module = gate) {
  const hand = bench();
  const log: string[] = [];
  const pid = hand.cell.spawn(stateMachineBody(module(log)), [undefined]);
  hand.cell.run();
  return { ...hand, log, pid, gate: addressOf<StateMachineModule<Gate>>(pid) };
}

spec(
  "a flood of events that are put off is bounded: the machine lives, and answers, and ends when asked",
  () => {
    const { client, gate, pid, log, trace, until } = setUp();
    client(function* (self) {
      for (let round = 0; round < 5; round++) {
        for (let n = 0; n < 900; n++) cast(self, gate, { type: "push" });
        yield* self.sleep(1);
      }
      trace.push(`dropped ${(yield* status(self, pid)).counts.dropped}`);
      cast(self, gate, { type: "open" });
      trace.push(yield* call(self, gate, { type: "look" }));
      self.exit(pid, "shutdown");
    });
    until(10);
    assert.equal(trace, ["dropped 3500", "open 1000"]);
    assert.is(log.at(-1), "terminate shutdown in open");
  },
);

spec("callers whose calls were put off are told when the machine ends, and nothing is left", () => {
  const { cell, client, gate, pid, trace, until } = setUp();
  for (let n = 0; n < 3; n++) {
    client(function* (self) {
      trace.push(yield* outcome(call(self, gate, { type: "pass" })));
    });
  }
  client(function* (self) {
    yield* self.sleep(5);
    yield* stop(self, pid, "shutdown");
  });
  until(10);
  assert.equal(trace, Array(3).fill("exited: shutdown"));
  assert.is(cell.processCount, 0);
  assert.is(cell.timerCount, 0);
});

spec("a machine that answers twice or never harms no caller", () => {
  const { cell, client, gate, trace, until } = setUp();
  client(function* (self) {
    trace.push(yield* call(self, gate, { type: "twice" }));
    trace.push(yield* outcome(call(self, gate, { type: "never" }, { within: 10 })));
    trace.push(yield* call(self, gate, { type: "look" }));
  });
  until(20);
  assert.equal(trace, ["first", "timeout", "shut 0"]);
  assert.is(cell.counts.late, 1);
});

spec("what looks like the machine's own events is a message as any other", () => {
  const { client, gate, pid, log, trace, until } = setUp();
  client(function* (self) {
    for (const type of ["internal", "stateLimit", "eventLimit", "limit", "info", "start", "system"]) {
      self.send(pid, { type, content: 1, event: 1, name: "constructor", message: 1 });
    }
    self.send(pid, { type: "call", from: "me", ref: 1, request: { type: "pass" } });
    self.send(pid, { type: "cast" });
    trace.push(yield* call(self, gate, { type: "look" }));
  });
  until(0);
  assert.equal(trace, ["shut 0"]);
  assert.is(log.filter((line) => line === "info").length, 8);
});

spec("a terminate that throws is the reason then", () => {
  const { client, pid, trace, until } = setUp((log) => ({
    ...gate(log),
    terminate() {
      throw new Error("cannot even end");
    },
  }));
  client(function* (self) {
    trace.push(yield* outcome(stop(self, pid)));
  });
  until(0);
  assert.equal(trace, ["exited: Error: cannot even end"]);
});

spec("a machine is ended by its parent's kind of exit only; others are messages", () => {
  const { cell, pid, log, until } = setUp();
  cell.exit(undefined, pid, "late");
  until(1);
  cell.exit(undefined, pid, "shutdown");
  until(2);
  assert.equal(log, ["info", "terminate shutdown in shut"]);
  assert.is(cell.processCount, 0);
});
