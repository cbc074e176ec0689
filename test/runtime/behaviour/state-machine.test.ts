import * as assert from "uvu/assert";
import { type Address, addressOf } from "../../../runtime/behaviour/address.ts";
import { call, cast } from "../../../runtime/behaviour/call.ts";
import { type From, reply } from "../../../runtime/behaviour/exchange.ts";
import { startStateMachine, stateMachineBody } from "../../../runtime/behaviour/state-machine.ts";
import type { StateHandlers, StateMachineModule } from "../../../runtime/behaviour/state-machine-module.ts";
import { status } from "../../../runtime/behaviour/system-message.ts";
import type { ExitReason } from "../../../runtime/process/exit-reason.ts";
import { spec } from "../../harness/spec.ts";
import { bench, outcome } from "./client.ts";

/** A door with a code lock: the machine of OTP's manual, with doors that may be held. */
interface Door {
  state: "locked" | "open" | "broken";
  data: { code: string; typed: string; log: string[]; waiting?: From<string> };
  calls: {
    codeLength(): number;
    look(): string;
    /** Answered when the door opens. */
    enter(): string;
    openTwice(): string;
    end(request: { reason: ExitReason }): string;
    bad(request: { step: unknown }): string;
  };
  casts: { type: "button"; key: string } | { type: "knock" } | { type: "smash" } | { type: "again" };
  info: { type: "bell" };
  internal: { type: "opened" };
  limits: "alarm";
  args: string;
}

function door(log: string[]): StateMachineModule<Door> {
  const note = (what: string) => void log.push(what);
  return {
    name: "door",
    version: 1,
    init: (code) => ({ state: "locked", data: { code, typed: "", log: [] } }),
    states: {
      locked: {
        enter(data, from) {
          note(`enter locked from ${from}`);
          return { data: { ...data, typed: "" } };
        },
        call: {
          enter: (data, _, from) => ({ data: { ...data, waiting: from } }),
          openTwice: () => ({ postpone: true }),
        },
        cast: {
          button(data, { key }) {
            const typed = data.typed + key;
            note(`typed ${typed}`);
            return typed === data.code
              ? {
                  next: "open",
                  data: { ...data, typed },
                  stateLimit: { ms: 100 },
                  events: [{ type: "internal", event: { type: "opened" } }],
                }
              : { data: { ...data, typed } };
          },
          knock: () => ({ postpone: true }),
          again: () => ({ repeat: true }),
        },
      },
      open: {
        enter: (_, from) => note(`enter open from ${from}`),
        internal(data, _, self) {
          note("opened");
          if (data.waiting !== undefined) reply(self, data.waiting, "come in");
        },
        stateLimit() {
          note("closes");
          return { next: "locked" };
        },
        call: {
          openTwice: () => ({ reply: "is open" }),
        },
        cast: {
          button: () => note("button while open"),
          knock: () => note("come in"),
          again: () => ({ next: "open" }),
        },
      },
      broken: { cast: { knock: () => note("no answer") } },
    },
    common: {
      call: {
        codeLength: (data) => ({ reply: data.code.length }),
        look: (_, __, ___, ____, state) => ({ reply: state }),
        end: (_, { reason }) => ({ stop: reason, reply: "bye" }),
        bad: (_, { step }) => step as undefined,
      },
      cast: {
        smash: () => ({ next: "broken" }),
      },
      info: (_, message) => note(`info ${message.type}`),
    },
    terminate: (reason, state) =>
      note(`terminate ${typeof reason === "string" ? reason : Object.values(reason)[0]} in ${state}`),
  };
}

function setUp(module: (log: string[]) => StateMachineModule<Door> = door) {
  const hand = bench();
  const log: string[] = [];
  const pid = hand.cell.spawn(stateMachineBody(module(log)), ["12"]);
  hand.cell.run();
  return { ...hand, log, pid, door: addressOf<StateMachineModule<Door>>(pid) };
}

const press = (keys: string) => [...keys].map((key) => ({ type: "button", key }) as const);

spec("events change the state; enter runs at the start and on each change, before all other events", () => {
  const { client, door, log, until } = setUp();
  client(function* (self) {
    for (const button of press("12")) cast(self, door, button);
    yield* self.sleep(0);
  });
  until(50);
  assert.equal(log, ["enter locked from locked", "typed 1", "typed 12", "enter open from locked", "opened"]);
});

spec("a state's limit ends with the state, and is reached only in it", () => {
  const { client, door, log, until } = setUp();
  client(function* (self) {
    for (const button of press("12")) cast(self, door, button);
    yield* self.sleep(60);
    cast(self, door, press("3")[0]!);
  });
  until(99);
  assert.is(log.at(-1), "button while open", "an event leaves the state's limit alone");
  until(100);
  assert.equal(log.slice(-2), ["closes", "enter locked from open"]);
  client(function* (self) {
    for (const button of press("12")) cast(self, door, button);
    yield* self.sleep(50);
    cast(self, door, { type: "smash" });
  });
  until(1000);
  assert.not(log.slice(8).includes("closes"));
});

spec("a call is answered by the state's handler, else by the common one, which is told the state", () => {
  const { client, door, trace, until } = setUp();
  client(function* (self) {
    trace.push(`${yield* call(self, door, { type: "codeLength" })}`);
    trace.push(yield* call(self, door, { type: "look" }));
    for (const button of press("12")) cast(self, door, button);
    trace.push(yield* call(self, door, { type: "look" }));
    trace.push(yield* call(self, door, { type: "openTwice" }));
  });
  until(0);
  assert.equal(trace, ["2", "locked", "open", "is open"]);
});

spec("a call may be answered later, out of another state", () => {
  const { client, door, trace, until } = setUp();
  client(function* (self) {
    trace.push(yield* call(self, door, { type: "enter" }));
  });
  client(function* (self) {
    yield* self.sleep(10);
    for (const button of press("12")) cast(self, door, button);
  });
  until(9);
  assert.equal(trace, []);
  until(10);
  assert.equal(trace, ["come in"]);
});

spec("events put off come first in the next state, oldest first, after those it sends itself", () => {
  const { client, door, log, trace, until } = setUp();
  client(function* (self) {
    trace.push(yield* call(self, door, { type: "openTwice" }));
  });
  client(function* (self) {
    cast(self, door, { type: "knock" });
    cast(self, door, press("1")[0]!);
    cast(self, door, { type: "knock" });
    for (const button of press("2x")) cast(self, door, button);
  });
  until(0);
  assert.equal(log.slice(1), [
    "typed 1",
    "typed 12",
    "enter open from locked",
    "opened",
    "come in",
    "come in",
    "button while open",
  ]);
  assert.equal(trace, ["is open"]);
});

spec("events stay put off while the state stays, also when it is entered again", () => {
  const { client, door, log, until } = setUp();
  client(function* (self) {
    cast(self, door, { type: "knock" });
    cast(self, door, { type: "again" });
    yield* self.sleep(1);
    cast(self, door, { type: "smash" });
  });
  until(10);
  assert.equal(log, ["enter locked from locked", "enter locked from locked", "no answer"]);
});

spec("a step to the present state is none: it is not entered, its limit stays", () => {
  const { client, door, log, until } = setUp();
  client(function* (self) {
    for (const button of press("12")) cast(self, door, button);
    yield* self.sleep(60);
    cast(self, door, { type: "again" });
  });
  until(100);
  assert.equal(log.slice(3), ["enter open from locked", "opened", "closes", "enter locked from open"]);
});

spec("a call that is put off beyond its deadline is dropped, not handled late", () => {
  const { client, door, trace, until } = setUp();
  client(function* (self) {
    trace.push(yield* outcome(call(self, door, { type: "openTwice" }, { within: 10 })));
    for (const button of press("12")) cast(self, door, button);
    const { counts } = yield* status(self, door);
    trace.push(`expired ${counts.expired}`);
  });
  until(20);
  assert.equal(trace, ["timeout", "expired 1"]);
});

spec("no more than the capacity is put off: the newest is dropped and counted", () => {
  const {
    client,
    door: address,
    log,
    trace,
    until,
  } = setUp((log) => ({ ...door(log), postponedCapacity: 3 }));
  client(function* (self) {
    for (let n = 0; n < 5; n++) cast(self, address, { type: "knock" });
    for (const button of press("12")) cast(self, address, button);
    trace.push(`${(yield* status(self, address)).counts.dropped}`);
  });
  until(0);
  assert.equal(trace, ["2"]);
  assert.is(log.filter((line) => line === "come in").length, 3);
});

spec("other messages go to info, whatever they are; without one they are counted as stray", () => {
  const { client, pid, log, until } = setUp();
  client(function* (self) {
    self.send(pid, { type: "bell" });
    self.send(pid, { type: "downpour", ref: 1 });
    self.send(pid, {});
  });
  until(0);
  assert.equal(log.slice(1), ["info bell", "info downpour", "info undefined"]);
  const { common: _, ...bare } = door([]);
  const other = setUp(() => bare);
  other.client(function* (self) {
    for (const message of [undefined, null, 7, "words", { type: "bell" }]) self.send(other.pid, message);
    other.trace.push(`${(yield* status(self, other.pid)).counts.stray}`);
  });
  other.until(0);
  assert.equal(other.trace, ["5"]);
});

for (const reason of [
  "normal",
  "shutdown",
  { shutdown: "update" },
  { error: "broken", stack: "" },
] as const) {
  const word = typeof reason === "string" ? reason : Object.values(reason)[0];
  spec(`a stop for "${word}" replies, runs terminate, and is the reason its monitors see`, () => {
    const { cell, client, crashes, door, pid, log, trace, until } = setUp();
    client(function* (self) {
      const ref = self.monitor(pid);
      trace.push(yield* call(self, door, { type: "end", reason }));
      const down = yield* self.receive(ref);
      trace.push(down.type === "down" ? JSON.stringify(down.reason) : "?");
      trace.push(yield* outcome(call(self, door, { type: "look" })));
    });
    until(0);
    assert.equal(trace, ["bye", JSON.stringify(reason), "noproc: noproc"]);
    assert.is(log.at(-1), `terminate ${word} in locked`);
    assert.is(crashes.length, 0, "only who throws has crashed");
    assert.is(cell.processCount, 0);
  });
}

const nonsense: readonly [string, unknown, string][] = [
  ["a number", 4711, 'door\'s handler of the event call in state "locked" gave back 4711'],
  ["a step with an unknown word", { badaction: 1 }, "gave back an object with badaction"],
  ["a state it does not have", { next: "ajar" }, 'door has no state "ajar"'],
  ["what every object has, as a state", { next: "constructor" }, 'door has no state "constructor"'],
  ["a limit that is none", { stateLimit: 4711 }, "a step's limit gave back 4711"],
  ["a limit that is no number", { stateLimit: { ms: "ouch" } }, "a time limit is 0 ms or more, not ouch"],
  ["a limit of the past", { limits: { alarm: { ms: -1 } } }, "a time limit is 0 ms or more, not -1"],
];
for (const [what, step, why] of nonsense) {
  spec(`${what} for a step ends the machine with an explanation, after terminate`, () => {
    const { client, crashes, door, log, trace, until } = setUp();
    client(function* (self) {
      trace.push(yield* outcome(call(self, door, { type: "bad", step })));
    });
    until(0);
    assert.match(trace[0]!, "exited: ");
    assert.ok(trace[0]!.includes(why), trace[0]);
    assert.match(log.at(-1)!, /^terminate/);
    assert.is(crashes.length, 1);
  });
}

spec("an event that a state has no handler for is a hole in the machine: it crashes and names both", () => {
  const { client, door, crashes, until } = setUp();
  client(function* (self) {
    cast(self, door, { type: "smash" });
    cast(self, door, { type: "again" });
    yield* self.sleep(0);
  });
  until(0);
  assert.match(
    (crashes[0]!.reason as { error: string }).error,
    'door has no handler for cast "again" in state "broken"',
  );
});

spec("a call or cast that no state knows is the sender's fault: the machine lives", () => {
  const { client, door, trace, until } = setUp();
  client(function* (self) {
    for (const type of ["burn", "constructor", "__proto__"]) {
      trace.push(yield* outcome(call(self, door, { type } as unknown as { type: "look" })));
      cast(self, door, { type } as unknown as { type: "knock" });
    }
    trace.push(`${(yield* status(self, door)).counts.unknown}`);
  });
  until(0);
  assert.match(trace[0]!, 'refuses "burn": door knows no such call');
  assert.is(trace.at(-1), "6");
});

/** A machine out of one table of handlers a state, for cases that need nothing else. */
interface Plain {
  state: "a" | "b" | "c" | "d";
  data: { seen: string[] };
  calls: { go(request: { what: string }): string; look(): string };
  casts: { type: "note"; what: string } | { type: "go"; what: string };
  info: { type: "poke" };
  internal: string;
  limits: "one" | "two";
}

function plain(states: Partial<Record<Plain["state"], StateHandlers<Plain>>>): StateMachineModule<Plain> {
  return {
    name: "plain",
    version: 1,
    init: () => ({ state: "a", data: { seen: [] } }),
    states: { a: {}, b: {}, c: {}, d: {}, ...states },
    common: {
      call: { look: ({ seen }, _, __, ___, state) => ({ reply: [...seen, state].join(" ") }) },
    },
  };
}

function run(module: StateMachineModule<Plain>) {
  const hand = bench();
  const pid = hand.cell.spawn(stateMachineBody(module), [undefined]);
  hand.cell.run();
  const machine: Address<Plain["calls"], Plain["casts"]> = addressOf<StateMachineModule<Plain>>(pid);
  return { ...hand, pid, machine };
}

const seen = (data: Plain["data"], what: string) => ({ data: { seen: [...data.seen, what] } });

spec("events it sends itself come before those put off, and both before a limit of no time", () => {
  const { client, machine, trace, until } = run(
    plain({
      a: {
        cast: { note: () => ({ postpone: true }) },
        call: {
          go: () => ({
            next: "b",
            reply: "going",
            eventLimit: { ms: 0, content: "event limit" },
            events: [
              { type: "internal", event: "first" },
              { type: "internal", event: "second" },
            ],
          }),
        },
      },
      b: {
        internal: (data, event) => seen(data, event),
        cast: { note: (data, { what }) => seen(data, what) },
        eventLimit: (data) => seen(data, "an event limit although events came"),
      },
    }),
  );
  client(function* (self) {
    cast(self, machine, { type: "note", what: "third" });
    cast(self, machine, { type: "note", what: "fourth" });
    trace.push(yield* call(self, machine, { type: "go", what: "" }));
    trace.push(yield* call(self, machine, { type: "look" }));
  });
  until(10);
  assert.equal(trace, ["going", "first second third fourth b"]);
});

spec("a machine may send itself an event of each kind, and each leads on", () => {
  const { client, machine, trace, until } = run(
    plain({
      a: {
        call: {
          go: (data, request, from) => ({
            ...seen(data, "call"),
            events: [
              { type: "internal", event: "internal" },
              { type: "stateLimit", content: "stateLimit" },
              { type: "eventLimit", content: "eventLimit" },
              { type: "info", message: { type: "poke" } },
              { type: "cast", message: { type: "note", what: "cast" } },
              { type: "limit", name: "one", content: "limit" },
              { type: "call", ...from, request: { ...request, what: "again" } },
            ],
            next: "b",
          }),
        },
      },
      b: {
        internal: (data, event) => seen(data, event),
        stateLimit: (data, content) => seen(data, `${content}`),
        eventLimit: (data, content) => seen(data, `${content}`),
        info: (data, { type }) => seen(data, type),
        cast: { note: (data, { what }) => seen(data, what) },
        limit: { one: (data, content) => ({ ...seen(data, `${content}`), next: "c" }) },
      },
      c: { call: { go: ({ seen }, { what }) => ({ reply: [...seen, what].join(" ") }) } },
    }),
  );
  client(function* (self) {
    trace.push(yield* call(self, machine, { type: "go", what: "once" }));
  });
  until(10);
  assert.equal(trace, ["call internal stateLimit eventLimit poke cast limit again"]);
});

spec("init may send events and set limits", () => {
  const { client, machine, trace, until } = run({
    ...plain({
      a: {
        internal: (data, event) => seen(data, event),
        stateLimit: (data) => seen(data, "limit"),
        enter: (data) => seen(data, "enter"),
      },
    }),
    *init(_, self) {
      yield* self.sleep(0);
      return {
        state: "a",
        data: { seen: [] },
        events: [{ type: "internal", event: "began" }],
        stateLimit: { ms: 20 },
      };
    },
  });
  client(function* (self) {
    yield* self.sleep(30);
    trace.push(yield* call(self, machine, { type: "look" }));
  });
  until(50);
  assert.equal(trace, ["enter began limit a"]);
});

spec("enter may set data and limits and enter again; a repeated state is entered with itself", () => {
  const { client, machine, trace, until } = run(
    plain({
      a: {
        enter: (data, from) => seen(data, `a<${from}`),
        cast: { go: () => ({ next: "b" }) },
      },
      b: {
        enter(data, from) {
          const again = data.seen.length < 4;
          return {
            ...seen(data, `b<${from}`),
            stateLimit: { ms: 0, content: data.seen.length },
            ...(again ? { repeat: true } : {}),
          };
        },
        stateLimit: (data, content) => seen(data, `limit ${content}`),
        cast: { go: () => ({ repeat: true }) },
      },
    }),
  );
  client(function* (self) {
    cast(self, machine, { type: "go", what: "" });
    cast(self, machine, { type: "go", what: "" });
    trace.push(yield* call(self, machine, { type: "look" }));
  });
  until(10);
  assert.equal(trace, ["a<a b<a b<b b<b b<b limit 4 b<b limit 6 b"]);
});

spec("on entering nothing may change the state, put off, or send events", () => {
  for (const step of [{ next: "b" }, { postpone: true }, { events: [] }]) {
    const { crashes } = run(plain({ a: { enter: () => step as object } }));
    assert.is(crashes.length, 1);
    assert.match((crashes[0]!.reason as { error: string }).error, "plain's handler of entering");
  }
});

spec("enter may stop the machine", () => {
  const { cell, crashes } = run(plain({ a: { enter: () => ({ stop: "shutdown" }) } }));
  assert.is(cell.processCount, 0);
  assert.is(crashes.length, 0);
});

spec("a handler may wait for others; events meanwhile wait for it", () => {
  const { client, machine, trace, until } = run(
    plain({
      a: {
        *enter(data, _, self) {
          yield* self.sleep(10);
          return seen(data, "entered");
        },
        cast: {
          *note(data, { what }, self) {
            yield* self.sleep(20);
            return seen(data, `${what} at ${self.nowUs() / 1000}`);
          },
        },
      },
    }),
  );
  client(function* (self) {
    cast(self, machine, { type: "note", what: "slow" });
    cast(self, machine, { type: "note", what: "next" });
    trace.push(yield* call(self, machine, { type: "look" }));
  });
  until(100);
  assert.equal(trace, ["entered slow at 30 next at 50 a"]);
});

spec("a machine is started and waited for, by name, as a server is", () => {
  const { client, trace, until } = bench();
  client(function* (self) {
    const machine = yield* startStateMachine(self, plain({}), undefined, { name: "machine", link: true });
    trace.push(yield* call(self, machine, { type: "look" }));
    trace.push(yield* outcome(startStateMachine(self, plain({}), undefined, { name: "machine" })));
    for (const init of [
      () => ({ state: "z", data: { seen: [] } }) as never,
      () => ({ ignore: true }) as const,
      () => ({ stop: "shutdown" }) as const,
      () => 4711 as never,
    ]) {
      trace.push(yield* outcome(startStateMachine(self, { ...plain({}), init }, undefined)));
    }
  });
  until(10);
  assert.equal(trace.slice(0, 2), ["a", "alreadyStarted"]);
  assert.match(trace[2]!, 'failed: TypeError: plain has no state "z"');
  assert.equal(trace.slice(3, 5), ["ignored", "failed: shutdown"]);
  assert.match(trace[5]!, "failed: TypeError: init gave back 4711");
});

const places: readonly [string, StateMachineModule<Plain>][] = [
  ["a call's handler", plain({ a: { call: { go: () => boom() } } })],
  ["a cast's handler", plain({ a: { cast: { go: () => boom() } } })],
  ["info", plain({ a: { info: () => boom() } })],
  [
    "an internal event's handler",
    plain({
      a: { cast: { go: () => ({ events: [{ type: "internal", event: "x" }] }) }, internal: () => boom() },
    }),
  ],
  ["enter", plain({ a: { cast: { go: () => ({ next: "b" }) } }, b: { enter: () => boom() } })],
  [
    "a state limit's handler",
    plain({ a: { cast: { go: () => ({ stateLimit: { ms: 1 } }) }, stateLimit: () => boom() } }),
  ],
  [
    "an event limit's handler",
    plain({ a: { cast: { go: () => ({ eventLimit: { ms: 1 } }) }, eventLimit: () => boom() } }),
  ],
  [
    "a named limit's handler",
    plain({ a: { cast: { go: () => ({ limits: { one: { ms: 1 } } }) }, limit: { one: () => boom() } } }),
  ],
];

function boom(): never {
  throw new Error("boom");
}

for (const [where, module] of places) {
  spec(`a crash in ${where} ends the machine after terminate, with a report`, () => {
    const log: string[] = [];
    const { client, cell, crashes, machine, pid, until } = run({
      ...module,
      terminate: (reason) => void log.push(`terminate ${Object.values(reason)[0]}`),
    });
    client(function* (self) {
      if (where === "a call's handler") yield* outcome(call(self, machine, { type: "go", what: "" }));
      else if (where === "info") self.send(pid, { type: "poke" });
      else cast(self, machine, { type: "go", what: "" });
    });
    until(10);
    assert.equal(log, ["terminate Error: boom"]);
    assert.is(crashes.length, 1);
    assert.is(cell.processCount, 0);
    assert.is(cell.timerCount, 0);
  });
}
