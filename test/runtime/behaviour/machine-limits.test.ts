/** State, event and named time limits of a state machine. */
import * as assert from "uvu/assert";
import { addressOf } from "../../../runtime/behaviour/address.ts";
import { call, cast } from "../../../runtime/behaviour/call.ts";
import { stateMachineBody } from "../../../runtime/behaviour/state-machine.ts";
import type {
  StateHandlers,
  StateMachineModule,
  Step,
} from "../../../runtime/behaviour/state-machine-module.ts";
import {
  type CodeSlot,
  changeCode,
  getState,
  replaceState,
  resume,
  status,
  suspend,
} from "../../../runtime/behaviour/system-message.ts";
import { TimeLimits } from "../../../runtime/behaviour/time-limits.ts";
import { spec } from "../../harness/spec.ts";
import { bench, outcome } from "./client.ts";

interface Clockwork {
  state: "a" | "b" | "c";
  data: number;
  calls: { look(): string };
  /** The machine does as it is told. */
  casts: { type: "do"; step: Step<Clockwork> } | { type: "later" } | { type: "busy"; ms: number };
  info: { type: "poke" };
  internal: string;
  limits: "one" | "two";
}

function clockwork(log: string[]): StateMachineModule<Clockwork> {
  const handlers = (name: string): StateHandlers<Clockwork> => ({
    enter: () => void log.push(`enter ${name}`),
    stateLimit: (_, content, self) => void log.push(`state ${content ?? ""} @${self.nowUs() / 1000}`),
    eventLimit: (_, content, self) => void log.push(`event ${content ?? ""} @${self.nowUs() / 1000}`),
    limit: {
      one: (_, content, self) => void log.push(`one ${content ?? ""} @${self.nowUs() / 1000}`),
      two: (_, content, self) => void log.push(`two ${content ?? ""} @${self.nowUs() / 1000}`),
    },
    internal: (_, event) => void log.push(`internal ${event}`),
    info: () => void log.push("poke"),
    call: { look: () => ({ reply: name }) },
    cast: {
      do: (_, { step }) => step,
      later: () => (name === "a" ? { postpone: true } : void log.push("later")),
      *busy(_, { ms }, self) {
        yield* self.sleep(ms);
      },
    },
  });
  return {
    name: "clockwork",
    version: 1,
    init: () => ({ state: "a", data: 0 }),
    states: { a: handlers("a"), b: handlers("b"), c: handlers("c") },
  };
}

function setUp() {
  const hand = bench();
  const log: string[] = [];
  const slot: CodeSlot<StateMachineModule<Clockwork>> = { current: clockwork(log) };
  const pid = hand.cell.spawn(stateMachineBody(slot), [undefined]);
  hand.cell.run();
  log.length = 0;
  const machine = addressOf<StateMachineModule<Clockwork>>(pid);
  /** Tells the machine to take these steps, one after the other. */
  const tell = (...steps: Step<Clockwork>[]) => {
    hand.client(function* (self) {
      for (const step of steps) cast(self, machine, { type: "do", step });
    });
  };
  return { ...hand, log, slot, pid, machine, tell };
}

spec("each kind of limit is reached on time, once, with what it carries", () => {
  const { cell, log, tell, until } = setUp();
  tell({
    stateLimit: { ms: 30, content: "s" },
    eventLimit: { ms: 10, content: "e" },
    limits: { one: { ms: 20, content: 1 }, two: { ms: 40 } },
  });
  until(1000);
  assert.equal(log, ["event e @10", "one 1 @20", "state s @30", "two  @40"]);
  assert.is(cell.timerCount, 0);
});

spec("a limit may be a point in time, also one that has passed", () => {
  const { log, tell, until } = setUp();
  until(10);
  tell({ stateLimit: { untilUs: 50_000 }, limits: { one: { untilUs: 5000 } } });
  until(100);
  assert.equal(log, ["one  @10", "state  @50"]);
});

spec("a limit that is set again starts anew in its place", () => {
  const { log, tell, until } = setUp();
  tell({ stateLimit: { ms: 30, content: 1 }, limits: { one: { ms: 30, content: 1 } } });
  until(20);
  tell({ stateLimit: { ms: 30, content: 2 }, limits: { one: { ms: 100, content: 2 } } });
  until(1000);
  assert.equal(log, ["state 2 @50", "one 2 @120"]);
});

spec("an event's limit is cancelled by any event; the others are not", () => {
  const { client, pid, log, tell, until } = setUp();
  tell({ stateLimit: { ms: 50 }, eventLimit: { ms: 50 }, limits: { one: { ms: 50 } } });
  until(20);
  client(function* (self) {
    self.send(pid, { type: "poke" });
  });
  until(100);
  assert.equal(log, ["poke", "state  @50", "one  @50"]);
  const other = setUp();
  other.tell({ eventLimit: { ms: 50 }, limits: { one: { ms: 20 } } });
  other.until(100);
  assert.equal(other.log, ["one  @20"], "another limit is an event, too");
});

spec(
  "a state's limit is cancelled by leaving the state, named limits are not; one set on the way is the new state's",
  () => {
    const { log, tell, until } = setUp();
    tell({ stateLimit: { ms: 50, content: "a" }, limits: { one: { ms: 50 } } });
    until(20);
    tell({ next: "b" });
    until(60);
    tell({ stateLimit: { ms: 1000, content: "b" } });
    tell({ stateLimit: { ms: 10, content: "c" }, next: "c" });
    until(2000);
    assert.equal(log, ["enter b", "one  @50", "enter c", "state c @70"]);
  },
);

spec("cancel ends a limit, and has no effect where there is none", () => {
  const { cell, log, tell, until } = setUp();
  tell({ stateLimit: { ms: 10 }, eventLimit: { ms: 10 }, limits: { one: { ms: 10 }, two: { ms: 10 } } });
  tell({ stateLimit: "cancel", eventLimit: "cancel", limits: { one: "cancel" } });
  tell({ limits: { one: "cancel" } });
  tell({ limits: { two: { ms: Number.POSITIVE_INFINITY } } });
  until(100);
  assert.equal(log, []);
  assert.is(cell.timerCount, 0);
});

spec(
  "update changes what a limit carries and not when it is reached, also when that has passed already",
  () => {
    const { client, machine, log, tell, until } = setUp();
    tell({ stateLimit: { ms: 30, content: "old" }, limits: { one: { ms: 40, content: "old" } } });
    until(20);
    client(function* (self) {
      cast(self, machine, { type: "busy", ms: 50 });
      cast(self, machine, {
        type: "do",
        step: { stateLimit: { update: "new" }, limits: { one: { update: "new" } } },
      });
    });
    until(100);
    assert.equal(log, ["state new @70", "one new @70"]);
  },
);

spec("update where none runs sets one that is reached at once", () => {
  const { log, tell, until } = setUp();
  until(5);
  tell({ limits: { two: { update: "fresh" } } });
  until(10);
  assert.equal(log, ["two fresh @5"]);
});

spec("limits of no time are reached before any message, in the order they were set", () => {
  const { client, machine, pid, log, until } = setUp();
  client(function* (self) {
    const step = {
      eventLimit: { ms: 0, content: 1 },
      limits: { one: { ms: 0, content: 2 } },
      stateLimit: { ms: 0, content: 3 },
    };
    cast(self, machine, { type: "do", step });
    self.send(pid, { type: "poke" });
  });
  until(0);
  assert.equal(log, ["event 1 @0", "one 2 @0", "state 3 @0", "poke"]);
});

spec("an event's limit of no time is cancelled by a limit of no time set before it", () => {
  const { log, tell, until } = setUp();
  tell({ stateLimit: { ms: 0 }, eventLimit: { ms: 0 } });
  until(0);
  assert.equal(log, ["state  @0"]);
});

spec("limits of no time come after the machine's own events and those put off", () => {
  const { client, machine, log, until } = setUp();
  client(function* (self) {
    cast(self, machine, { type: "later" });
    const step: Step<Clockwork> = {
      limits: { one: { ms: 0 } },
      next: "b",
      events: [{ type: "internal", event: "mine" }],
    };
    cast(self, machine, { type: "do", step });
  });
  until(0);
  assert.equal(log, ["enter b", "internal mine", "later", "one  @0"]);
});

spec("a limit reached while the machine was busy comes after the messages that were there before it", () => {
  const { client, machine, pid, log, tell, until } = setUp();
  tell({ limits: { one: { ms: 30 } } });
  client(function* (self) {
    cast(self, machine, { type: "busy", ms: 50 });
    yield* self.sleep(20);
    self.send(pid, { type: "poke" });
  });
  until(100);
  assert.equal(log, ["poke", "one  @50"]);
});

spec("a flood of messages keeps a limit waiting for 64 of them at most", () => {
  const { client, machine, log, tell, until } = setUp();
  tell({ limits: { one: { ms: 5 } } });
  client(function* (self) {
    for (let n = 0; n < 900; n++) cast(self, machine, { type: "busy", ms: 1 });
    yield* self.sleep(0);
  });
  until(2000);
  assert.equal(log, ["one  @69"]);
});

spec("a limit that nobody handles in that state is a hole in the machine", () => {
  const { crashes, tell, slot, until } = setUp();
  slot.current = clockwork([]);
  const bare = bench();
  const pid = bare.cell.spawn(
    stateMachineBody<Clockwork>({
      ...clockwork([]),
      init: () => ({ state: "a", data: 0, limits: { two: { ms: 5 } } }),
      states: { a: {}, b: {}, c: {} },
    }),
    [undefined],
  );
  bare.until(10);
  assert.match(
    (bare.crashes[0]!.reason as { error: string }).error,
    'clockwork has no handler for limit "two" in state "a"',
  );
  tell({});
  until(1);
  assert.is(crashes.length, 0);
  assert.ok(pid);
});

spec(
  "a snapshot holds the place, what is put off, and what is left of the limits; another process goes on from it",
  () => {
    const { cell, client, machine, pid, log, trace, tell, until } = setUp();
    tell({ data: 7, stateLimit: { ms: 100, content: "s" }, limits: { one: { ms: 50 } } });
    client(function* (self) {
      cast(self, machine, { type: "later" });
      yield* self.sleep(20);
      yield* suspend(self, pid);
      const snapshot = yield* getState(self, pid);
      trace.push(JSON.stringify(snapshot));
      self.kill(pid);
      const next = { ...clockwork(log), version: 2 };
      const second = cell.spawn(stateMachineBody(next), [undefined, { snapshot }]);
      trace.push(yield* call(self, addressOf<typeof next>(second), { type: "look" }));
      cast(self, addressOf<typeof next>(second), {
        type: "do",
        step: { next: "b", stateLimit: { ms: 1000 } },
      });
    });
    until(200);
    assert.equal(JSON.parse(trace[0]!), {
      version: 1,
      state: {
        state: "a",
        data: 7,
        postponed: [{ event: { type: "cast", message: { type: "later" } }, deadlineUs: null }],
        limits: [
          { key: "state", ms: 80, content: "s" },
          { key: "named one", ms: 30 },
        ],
      },
    });
    assert.is(trace[1], "a");
    assert.equal(log, ["enter b", "later", "one  @50"]);
  },
);

spec("a machine is suspended, its place replaced, its code changed, and goes on with its limits", () => {
  const { client, machine, slot, pid, log, trace, tell, until } = setUp();
  tell({ limits: { one: { ms: 10 }, two: { ms: 60 } } });
  client(function* (self) {
    yield* suspend(self, pid);
    trace.push(yield* outcome(call(self, machine, { type: "look" }, { within: 20 })));
    yield* replaceState(self, pid, { state: "b", data: 5 });
    trace.push(yield* outcome(replaceState(self, pid, { state: "nowhere", data: 5 })));
    trace.push(yield* outcome(replaceState(self, pid, undefined)));
    slot.current = {
      ...clockwork(log),
      version: 2,
      codeChange: (oldVersion, { state, data }) => ({
        state: state === "b" ? "c" : "a",
        data: Number(data) + Number(oldVersion),
      }),
    };
    trace.push(`${yield* changeCode(self, pid)}`);
    yield* resume(self, pid);
    trace.push(yield* call(self, machine, { type: "look" }));
    const { version, state } = yield* getState(self, pid);
    trace.push(`${version} ${(state as { data: number }).data}`);
    slot.current = { ...slot.current, codeChange: () => ({ state: "nowhere" as "a", data: 0 }) };
    yield* suspend(self, pid);
    trace.push(`${JSON.stringify(yield* changeCode(self, pid)).includes("no state")}`);
    yield* resume(self, pid);
    trace.push(`${(yield* status(self, pid)).version}`);
  });
  until(100);
  assert.is(trace[0], "timeout");
  assert.match(trace[1]!, 'clockwork has no state "nowhere"');
  assert.match(trace[2]!, "TypeError");
  assert.equal(trace.slice(3), ["undefined", "c", "2 6", "true", "2"]);
  assert.equal(
    log,
    ["one  @20", "two  @60"],
    "limits pass while it is suspended, and are reached when it goes on",
  );
});

spec("time limits as such: the next, the order, what is left", () => {
  const limits = new TimeLimits();
  assert.is(limits.nextUs(), Number.POSITIVE_INFINITY);
  limits.start("b", 2, "two", 0);
  limits.start("a", 1, "one", 0);
  limits.start("never", Number.POSITIVE_INFINITY, undefined, 0);
  assert.is(limits.size, 2);
  assert.is(limits.nextUs(), 1000);
  assert.is(limits.takeReached(999), undefined);
  assert.equal(limits.snapshot(500), [
    { key: "b", ms: 1.5, content: "two" },
    { key: "a", ms: 0.5, content: "one" },
  ]);
  assert.equal(limits.takeReached(5000), { key: "a", content: "one" });
  assert.equal(limits.takeReached(5000), { key: "b", content: "two" });
  limits.start("now", 0, 1, 0);
  assert.equal(limits.snapshot(9), [{ key: "now", ms: 0, content: 1 }]);
  assert.equal(limits.takeAtOnce(), { key: "now", content: 1 });
  assert.is(limits.size, 0);
  assert.throws(() => limits.start("x", Number.NaN, undefined, 0), /not NaN/);
  assert.throws(() => limits.startUntil("x", Number.NaN, undefined), /NaN/);
});
