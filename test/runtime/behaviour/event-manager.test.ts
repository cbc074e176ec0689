import * as assert from "uvu/assert";
import type { EventHandler, HandlerGone } from "../../../runtime/behaviour/event-handler.ts";
import {
  type EventManager,
  type EventManagerModule,
  eventManagerAt,
  eventManagerBody,
  startEventManager,
} from "../../../runtime/behaviour/event-manager.ts";
import {
  addHandler,
  callHandler,
  HandlerError,
  notify,
  removeHandler,
  swapHandler,
  syncNotify,
  whichHandlers,
} from "../../../runtime/behaviour/event-manager-client.ts";
import { type From, reply } from "../../../runtime/behaviour/exchange.ts";
import {
  type CodeSlot,
  changeCode,
  getState,
  replaceState,
  resume,
  status,
  stop,
  suspend,
} from "../../../runtime/behaviour/system-message.ts";
import type { Pid } from "../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { spec } from "../../harness/spec.ts";
import { bench, outcome } from "./client.ts";

type Event =
  | { type: "tick"; n: number }
  | { type: "crash"; who: string }
  | { type: "done"; who: string }
  | { type: "swap"; who: string; to: "counter" | "slow" | "broken" }
  | { type: "bad"; who: string };

interface CounterCalls {
  sum(): number;
  later(): string;
  crash(): string;
  doneWith(request: { word: string }): string;
  bad(): string;
}
interface CounterState {
  name: string;
  sum: number;
  before?: unknown;
  waiting?: From<string>;
}
type Counter = EventHandler<CounterState, Event, CounterCalls, { name: string; sum?: number }>;

function counter(log: string[]): Counter {
  return {
    version: 1,
    init({ name, sum = 0 }, _, before) {
      if (name === "faulty") throw new Error("no start");
      log.push(`${name} added${before === undefined ? "" : ` after ${JSON.stringify(before)}`}`);
      return { state: { name, sum } };
    },
    handleEvent(state, event, self) {
      const { name } = state;
      if (event.type === "tick") {
        if (state.waiting !== undefined) reply(self, state.waiting, `tick ${event.n}`);
        log.push(`${name} ${event.n}`);
        return { state: { name, sum: state.sum + event.n } };
      }
      if (event.who !== name) return { state };
      if (event.type === "crash") throw new Error("crashed");
      if (event.type === "bad") return 4711 as never;
      if (event.type === "done") return { done: true, state };
      return { swap: { handler: event.to }, args: { name: `${name}2` }, last: "swapping", state };
    },
    handleCall: {
      sum: (state) => ({ reply: state.sum, state }),
      later: (state, _, from) => ({ noReply: true, state: { ...state, waiting: from } }),
      crash() {
        throw new Error("crashed");
      },
      doneWith: (state, { word }) => ({ reply: word, done: true, state }),
      bad: () => 4711 as never,
    },
    handleInfo(state, message) {
      if (message === "crash") throw new Error("crashed");
      log.push(`${state.name} info ${message}`);
      return { state };
    },
    terminate(why, { name, sum }) {
      log.push(`${name} ends ${JSON.stringify(why).replace(/,"stack":.*/, "")}`);
      if ("removed" in why && why.removed === "crash") throw new Error("crashed at the end");
      return { name, sum };
    },
    codeChange: (oldVersion, state) => ({
      ...(state as CounterState),
      name: `${(state as CounterState).name}@${oldVersion}`,
    }),
  };
}

/** Waits in everything it does. */
function slow(log: string[]): EventHandler<{ name: string }, Event, { nap(): string }, { name: string }> {
  return {
    version: 1,
    *init({ name }, self, before) {
      yield* self.sleep(5);
      log.push(`${name} added slowly${before === undefined ? "" : ` after ${JSON.stringify(before)}`}`);
      return { state: { name } };
    },
    *handleEvent(state, event, self) {
      yield* self.sleep(10);
      if (event.type === "crash" && event.who === state.name) throw new Error("crashed slowly");
      log.push(`${state.name} ${event.type} @${self.nowUs() / 1000}`);
      return { state };
    },
    handleCall: {
      *nap(state, _, __, self) {
        yield* self.sleep(10);
        return { reply: "slept", state };
      },
    },
    *terminate(_, { name }, self) {
      yield* self.sleep(5);
      log.push(`${name} ends slowly`);
    },
  };
}

function handlersOf(log: string[]) {
  const broken: EventHandler<number, Event> = {
    version: 1,
    init() {
      throw new Error("cannot begin");
    },
    handleEvent: (state) => ({ state }),
    handleCall: {},
  };
  const bare: EventHandler<number, Event> = {
    version: 1,
    init: () => ({ state: 0 }),
    handleEvent: (state) => ({ state: state + 1 }),
    handleCall: {},
  };
  return { counter: counter(log), slow: slow(log), broken, bare };
}
type Module = EventManagerModule<Event, ReturnType<typeof handlersOf>>;
type Manager = EventManager<Event, ReturnType<typeof handlersOf>>;

function setUp() {
  const hand = bench();
  const log: string[] = [];
  const module: Module = {
    name: "events",
    version: 1,
    handlers: handlersOf(log),
    onCrash: ({ handler, id }, { error }) => log.push(`report ${handler} ${id ?? ""} ${error}`),
  };
  const slot: CodeSlot<Module> = { current: module };
  const pid = hand.cell.spawn(eventManagerBody(slot), [undefined]);
  const manager: Manager = eventManagerAt<Module>(pid);
  const client = (body: (self: Self<unknown>) => ProcessGenerator<unknown>) => hand.client(body);
  return { ...hand, log, slot, pid, manager, client };
}

const named = (id: string) => ({ handler: "counter", id }) as const;

function* failure(work: ProcessGenerator<unknown>): ProcessGenerator<string> {
  try {
    return `no failure: ${JSON.stringify(yield* work)}`;
  } catch (error) {
    return error instanceof HandlerError ? error.code : String(error);
  }
}

spec("every handler gets every event, in the order they were added; a call is answered by its own", () => {
  const { client, manager, log, trace, until } = setUp();
  client(function* (self) {
    yield* addHandler(self, manager, "counter", { name: "a" });
    yield* addHandler(self, manager, named("2"), { name: "b", sum: 10 });
    notify(self, manager, { type: "tick", n: 1 });
    notify(self, manager, { type: "tick", n: 2 });
    const sum: number = yield* callHandler(self, manager, "counter", { type: "sum" });
    trace.push(`${sum} ${yield* callHandler(self, manager, named("2"), { type: "sum" })}`);
    trace.push(JSON.stringify(yield* whichHandlers(self, manager)));
  });
  until(0);
  assert.equal(log, ["a added", "b added", "a 1", "b 1", "a 2", "b 2"]);
  assert.equal(trace, ["3 13", '[{"handler":"counter"},{"handler":"counter","id":"2"}]']);
});

spec("a handler that cannot be added says why, and is not there", () => {
  const { client, manager, trace, until } = setUp();
  client(function* (self) {
    trace.push(yield* failure(addHandler(self, manager, "counter", { name: "faulty" })));
    trace.push(
      yield* failure(addHandler(self, manager, "counter", { name: "faulty" }, { supervised: true })),
    );
    trace.push(yield* failure(addHandler(self, manager, "broken", undefined)));
    trace.push(yield* failure(addHandler(self, manager, "constructor" as "counter", { name: "x" })));
    yield* addHandler(self, manager, "counter", { name: "a" });
    trace.push(yield* failure(addHandler(self, manager, "counter", { name: "b" })));
    trace.push(JSON.stringify(yield* whichHandlers(self, manager)));
    trace.push(`${yield* self.receive(undefined, { within: 5 })}`);
  });
  until(10);
  assert.equal(trace, [
    "crashed",
    "crashed",
    "crashed",
    "noSuchHandler",
    "exists",
    '[{"handler":"counter"}]',
    "undefined",
  ]);
});

spec("a removed handler's terminate gives its last word; who is not there cannot be removed", () => {
  const { client, manager, log, trace, until } = setUp();
  client(function* (self) {
    yield* addHandler(self, manager, "counter", { name: "a", sum: 3 });
    trace.push(JSON.stringify(yield* removeHandler(self, manager, "counter", "bye")));
    trace.push(yield* failure(removeHandler(self, manager, "counter", "bye")));
    yield* addHandler(self, manager, named("1"), { name: "b" });
    trace.push(yield* failure(removeHandler(self, manager, "counter")));
    trace.push(yield* failure(removeHandler(self, manager, named("2"))));
    trace.push(`${yield* removeHandler(self, manager, named("1"), "crash")}`);
    trace.push(JSON.stringify(yield* whichHandlers(self, manager)));
  });
  until(0);
  assert.equal(trace, ['{"name":"a","sum":3}', "notFound", "notFound", "notFound", "undefined", "[]"]);
  assert.equal(log.slice(1), [
    'a ends {"removed":"bye"}',
    "b added",
    'b ends {"removed":"crash"}',
    "report counter 1 Error: crashed at the end",
  ]);
});

for (const how of ["crash", "bad"] as const) {
  spec(
    `a handler that ${how === "crash" ? "throws" : "gives back nonsense"} is removed and reported, its neighbours get the event`,
    () => {
      const { client, manager, crashes, log, trace, until } = setUp();
      client(function* (self) {
        for (const name of ["a", "b", "c"]) yield* addHandler(self, manager, named(name), { name });
        notify(self, manager, { type: how, who: "b" });
        notify(self, manager, { type: "tick", n: 1 });
        trace.push(JSON.stringify((yield* whichHandlers(self, manager)).map(({ id }) => id)));
      });
      until(0);
      assert.equal(trace, ['["a","c"]']);
      const why = how === "crash" ? "Error: crashed" : 'TypeError: the handler counter "b" gave back 4711';
      assert.match(log[3]!, `report counter b ${why}`);
      assert.match(log[4]!, 'b ends {"crashed":{"error":');
      assert.equal(log.slice(5), ["a 1", "c 1"]);
      assert.is(crashes.length, 0);
    },
  );
}

spec("a handler may crash in a call, in an info, and with nonsense for an answer: it alone is gone", () => {
  const { client, manager, pid, trace, until } = setUp();
  client(function* (self) {
    for (const name of ["a", "b", "c"]) yield* addHandler(self, manager, named(name), { name });
    trace.push(yield* failure(callHandler(self, manager, named("a"), { type: "crash" })));
    trace.push(yield* failure(callHandler(self, manager, named("b"), { type: "bad" })));
    trace.push(yield* failure(callHandler(self, manager, named("b"), { type: "sum" })));
    trace.push(JSON.stringify((yield* whichHandlers(self, manager)).map(({ id }) => id)));
    self.send(pid, "crash");
    trace.push(JSON.stringify(yield* whichHandlers(self, manager)));
  });
  until(0);
  assert.equal(trace, ["crashed", "crashed", "notFound", '["c"]', "[]"]);
});

spec("who asks a handler for something it does not know has the fault; the handler stays", () => {
  const { client, manager, trace, until } = setUp();
  client(function* (self) {
    yield* addHandler(self, manager, "counter", { name: "a" });
    const request = { type: "toString" } as unknown as { type: "sum" };
    trace.push(yield* failure(callHandler(self, manager, "counter", request)));
    trace.push(`${yield* callHandler(self, manager, "counter", { type: "sum" })}`);
  });
  until(0);
  assert.match(trace[0]!, "TypeError: ");
  assert.is(trace[1], "0");
});

spec("a handler may answer a call later, or with its last breath", () => {
  const { client, manager, log, trace, until } = setUp();
  client(function* (self) {
    yield* addHandler(self, manager, "counter", { name: "a" });
    trace.push(yield* callHandler(self, manager, "counter", { type: "later" }));
    trace.push(yield* callHandler(self, manager, "counter", { type: "doneWith", word: "farewell" }));
    trace.push(JSON.stringify(yield* whichHandlers(self, manager)));
  });
  client(function* (self) {
    yield* self.sleep(5);
    notify(self, manager, { type: "tick", n: 7 });
  });
  until(10);
  assert.equal(trace, ["tick 7", "farewell", "[]"]);
  assert.is(log.at(-1), 'a ends {"done":true}');
});

spec("other messages go to every handler's handleInfo", () => {
  const { client, manager, pid, log, until } = setUp();
  client(function* (self) {
    yield* addHandler(self, manager, "counter", { name: "a" });
    yield* addHandler(self, manager, "slow", { name: "s" });
    yield* addHandler(self, manager, named("b"), { name: "b" });
    self.send(pid, "words");
    self.send(pid, undefined);
    self.send(pid, 7);
    yield* whichHandlers(self, manager);
  });
  until(20);
  assert.equal(log.slice(3), [
    "a info words",
    "b info words",
    "a info undefined",
    "b info undefined",
    "a info 7",
    "b info 7",
  ]);
});

spec("a handler may leave out what it does not need", () => {
  const { client, manager, slot, pid, trace, until } = setUp();
  client(function* (self) {
    yield* addHandler(self, manager, "bare", undefined);
    self.send(pid, "words");
    yield* syncNotify(self, manager, { type: "tick", n: 1 });
    slot.current = { ...slot.current, version: 2 };
    yield* suspend(self, pid);
    trace.push(`${yield* changeCode(self, pid)}`);
    yield* resume(self, pid);
    trace.push(JSON.stringify((yield* getState(self, pid)).state));
    trace.push(`${yield* removeHandler(self, manager, "bare")}`);
  });
  until(0);
  assert.equal(trace, [
    "undefined",
    '{"handlers":[{"name":{"handler":"bare"},"version":1,"state":1}]}',
    "undefined",
  ]);
});

spec("syncNotify waits until all have handled the event, notify does not; slow ones keep the order", () => {
  const { client, manager, log, trace, until } = setUp();
  client(function* (self) {
    yield* addHandler(self, manager, "slow", { name: "s" });
    yield* addHandler(self, manager, "counter", { name: "a" });
    notify(self, manager, { type: "tick", n: 1 });
    trace.push(`notified @${self.nowUs() / 1000}`);
    yield* syncNotify(self, manager, { type: "tick", n: 2 });
    trace.push(`handled @${self.nowUs() / 1000}`);
    notify(self, manager, { type: "crash", who: "s" });
    notify(self, manager, { type: "tick", n: 3 });
    yield* syncNotify(self, manager, { type: "tick", n: 4 });
    trace.push(yield* outcome(syncNotify(self, manager, { type: "tick", n: 5 }, { within: 0.001 })));
  });
  until(100);
  assert.equal(trace, ["notified @5", "handled @25", "undefined"]);
  assert.equal(log, [
    "s added slowly",
    "a added",
    "s tick @15",
    "a 1",
    "s tick @25",
    "a 2",
    "report slow  Error: crashed slowly",
    "s ends slowly",
    "a 3",
    "a 4",
    "a 5",
  ]);
});

spec("a handler is swapped for another, which gets the last word of the former", () => {
  const { client, manager, log, trace, until } = setUp();
  client(function* (self) {
    yield* addHandler(self, manager, "counter", { name: "a", sum: 4 });
    const by = { name: named("new"), args: { name: "b" } } as const;
    trace.push(yield* failure(swapHandler(self, manager, { name: named("nobody") }, by)));
    yield* swapHandler(self, manager, { name: "counter", last: "go" }, by);
    trace.push(JSON.stringify(yield* whichHandlers(self, manager)));
    const unknown = { name: "constructor" as "counter", args: { name: "c" } };
    trace.push(yield* failure(swapHandler(self, manager, { name: named("new") }, unknown)));
    trace.push(JSON.stringify(yield* whichHandlers(self, manager)));
    trace.push(
      yield* failure(swapHandler(self, manager, { name: named("new") }, { name: "broken", args: undefined })),
    );
    trace.push(JSON.stringify(yield* whichHandlers(self, manager)));
  });
  until(0);
  const there = '[{"handler":"counter","id":"new"}]';
  assert.equal(trace, ["notFound", there, "noSuchHandler", there, "crashed", "[]"]);
  assert.equal(log.slice(0, 3), ["a added", 'a ends {"swapped":"go"}', 'b added after {"name":"a","sum":4}']);
});

spec("a handler may say itself that it is done, or that another takes over", () => {
  const { client, manager, log, trace, until } = setUp();
  client(function* (self) {
    for (const name of ["a", "b"]) yield* addHandler(self, manager, named(name), { name });
    notify(self, manager, { type: "done", who: "a" });
    notify(self, manager, { type: "swap", who: "b", to: "slow" });
    notify(self, manager, { type: "tick", n: 1 });
    trace.push(JSON.stringify(yield* whichHandlers(self, manager)));
    notify(self, manager, { type: "crash", who: "b2" });
    trace.push(JSON.stringify(yield* whichHandlers(self, manager)));
  });
  until(100);
  assert.equal(trace, ['[{"handler":"slow"}]', "[]"]);
  assert.equal(log.slice(2), [
    'a ends {"done":true}',
    'b ends {"swapped":"swapping"}',
    'b2 added slowly after {"name":"b","sum":0}',
    "b2 tick @15",
    "report slow  Error: crashed slowly",
    "b2 ends slowly",
  ]);
});

/** Adds a handler supervised, then says what it hears of it. */
function supervising(
  setting: ReturnType<typeof setUp>,
  then: (self: Self<unknown>, manager: Manager) => ProcessGenerator<unknown>,
) {
  const { client, manager, trace } = setting;
  client(function* (self) {
    yield* addHandler(self, manager, "counter", { name: "a" }, { supervised: true });
    yield* then(self, manager);
    const gone = (yield* self.receive("handlerGone", { within: 50 })) as HandlerGone | undefined;
    const reason = gone?.reason;
    const what = typeof reason === "object" && "error" in reason ? reason.error : JSON.stringify(reason);
    trace.push(gone === undefined ? "nothing" : `${gone.name.handler} ${what} ${gone.manager === manager}`);
  });
  setting.until(100);
}

spec("whoever added a handler supervised is told how it ended", () => {
  const ways: [string, (self: Self<unknown>, manager: Manager) => ProcessGenerator<unknown>, string][] = [
    [
      "crash",
      (self, manager) => syncNotify(self, manager, { type: "crash", who: "a" }),
      "counter Error: crashed true",
    ],
    [
      "done",
      (self, manager) => syncNotify(self, manager, { type: "done", who: "a" }),
      'counter "normal" true',
    ],
    ["removed", (self, manager) => removeHandler(self, manager, "counter"), 'counter "normal" true'],
    ["stopped", (self, manager) => stop(self, manager), 'counter "shutdown" true'],
    ["still there", (self, manager) => syncNotify(self, manager, { type: "tick", n: 1 }), "nothing"],
  ];
  for (const [, then, wanted] of ways) {
    const setting = setUp();
    supervising(setting, then);
    assert.equal(setting.trace, [wanted]);
  }
});

spec("a swapped handler stays with its supervisor, which is told of the new one's end", () => {
  const byOther = setUp();
  supervising(byOther, function* (self, manager) {
    yield* swapHandler(self, manager, { name: "counter" }, { name: named("new"), args: { name: "b" } });
    yield* syncNotify(self, manager, { type: "crash", who: "b" });
  });
  assert.equal(byOther.trace, ["counter Error: crashed true"]);
  const byItself = setUp();
  supervising(byItself, function* (self, manager) {
    yield* syncNotify(self, manager, { type: "swap", who: "a", to: "broken" });
  });
  assert.equal(byItself.trace, ["broken Error: cannot begin true"]);
});

spec("a handler swapped for a supervised one changes its supervisor: the former is told by whom", () => {
  const setting = setUp();
  const { client, manager, trace } = setting;
  supervising(setting, function* (self) {
    client(function* (other) {
      const by = { name: named("new"), args: { name: "b" } } as const;
      yield* swapHandler(other, manager, { name: "counter" }, by, { supervised: true });
      yield* removeHandler(other, manager, named("new"));
      const gone = (yield* other.receive("handlerGone")) as HandlerGone;
      trace.push(`the other: ${JSON.stringify(gone.name)} ${gone.reason}`);
    });
    yield* self.sleep(5);
  });
  assert.equal(trace, [
    'the other: {"handler":"counter","id":"new"} normal',
    'counter {"swapped":{"handler":"counter","id":"new"}} true',
  ]);
});

spec("a handler goes with its supervisor, however that ends; those of others stay", () => {
  for (const reason of ["normal", "shutdown", "kill"] as const) {
    const { cell, client, manager, log, trace, until } = setUp();
    client(function* (self) {
      yield* addHandler(self, manager, named("kept"), { name: "kept" }, { supervised: true });
      const supervisor = self.spawn(function* supervisor(self: Self<unknown>) {
        yield* addHandler(self, manager, "counter", { name: "a" }, { supervised: true });
        yield* addHandler(self, manager, named("b"), { name: "b" });
        yield* self.sleep(1000);
      }, []);
      yield* self.sleep(5);
      self.exit(supervisor, reason === "normal" ? { shutdown: "normal" } : reason);
      yield* syncNotify(self, manager, { type: "tick", n: 1 });
      trace.push(JSON.stringify((yield* whichHandlers(self, manager)).map(({ id }) => id)));
    });
    until(10);
    assert.equal(trace, ['["kept","b"]']);
    assert.match(log[3]!, 'a ends {"supervisorEnded":');
    assert.ok(cell.processCount >= 1);
  }
});

spec("nothing is left of the watches on supervisors", () => {
  const { cell, client, manager, pid, until } = setUp();
  client(function* (self) {
    for (let round = 0; round < 10; round++) {
      yield* addHandler(self, manager, "counter", { name: "a" }, { supervised: true });
      yield* removeHandler(self, manager, "counter");
    }
    for (const record of cell.processes()) if (record.pid === pid) assert.is(record.watching?.size ?? 0, 0);
  });
  until(10);
});

spec("a manager that ends runs every terminate, last added first, and its parent's end ends it", () => {
  const { cell, client, log, until } = setUp();
  client(function* (self) {
    const module: Module = { name: "events", version: 1, handlers: handlersOf(log) };
    const manager = yield* startEventManager(self, module, { link: true, name: "alarms" });
    yield* addHandler(self, manager, "counter", { name: "a" });
    yield* addHandler(self, manager, "slow", { name: "s" });
    self.exit(self.pid, "shutdown");
    yield* self.sleep(1);
  });
  until(50);
  assert.equal(log.slice(2), ["s ends slowly", 'a ends {"stopped":"shutdown"}']);
  assert.is(cell.processCount, 1, "the manager of the set-up");
});

spec("a name is taken only once, and stop frees it", () => {
  const { client, log, trace, until } = setUp();
  client(function* (self) {
    const module: Module = { name: "events", version: 1, handlers: handlersOf(log) };
    const manager = yield* startEventManager(self, module, { name: "alarms" });
    trace.push(yield* outcome(startEventManager(self, module, { name: "alarms" })));
    yield* stop(self, manager, "shutdown");
    trace.push(`${self.whereis("alarms")}`);
    trace.push(yield* outcome(stop(self, "alarms")));
  });
  until(0);
  assert.equal(trace, ["alreadyStarted", "undefined", "noproc"]);
});

spec("the states of the handlers are shown and replaced, and changed by their own codeChange", () => {
  const { client, manager, slot, pid, log, trace, until } = setUp();
  client(function* (self) {
    yield* addHandler(self, manager, "counter", { name: "a", sum: 3 });
    const { state } = yield* getState(self, pid);
    trace.push(JSON.stringify(state));
    (state as { handlers: { state: CounterState }[] }).handlers[0]!.state.sum = 50;
    yield* suspend(self, pid);
    yield* replaceState(self, pid, state);
    slot.current = { ...slot.current, version: 2 };
    trace.push(`${yield* changeCode(self, pid)}`);
    yield* resume(self, pid);
    yield* syncNotify(self, manager, { type: "tick", n: 1 });
    trace.push(
      `${yield* callHandler(self, manager, "counter", { type: "sum" })} ${(yield* status(self, pid)).version}`,
    );
    slot.current = {
      ...slot.current,
      version: 3,
      handlers: { slow: slow(log) } as unknown as Module["handlers"],
    };
    yield* suspend(self, pid);
    const why = yield* changeCode(self, pid);
    trace.push(`${JSON.stringify(why).includes('the new catalogue has no \\"counter\\"')}`);
    yield* resume(self, pid);
    trace.push(`${(yield* status(self, pid)).version}`);
  });
  until(0);
  assert.equal(trace, [
    '{"handlers":[{"name":{"handler":"counter"},"version":1,"state":{"name":"a","sum":3}}]}',
    "undefined",
    "51 2",
    "true",
    "2",
  ]);
  assert.is(log.at(-1), "a@1 1");
});

spec("requests that make no sense are refused, the manager lives", () => {
  const { client, manager, pid, trace, until } = setUp();
  client(function* (self) {
    for (const request of [
      { type: "add" },
      { type: "add", name: null },
      { type: "remove", name: 7 },
      { type: "ask", name: { handler: "toString" } },
    ]) {
      const ref = self.monitor(pid);
      self.send(pid, { type: "call", from: self.pid, ref, request });
      const answer = (yield* self.receive(ref)) as { type: string };
      trace.push(answer.type);
    }
    trace.push(JSON.stringify(yield* whichHandlers(self, manager)));
  });
  until(0);
  assert.equal(trace, ["refused", "refused", "refused", "refused", "[]"]);
});

/** Never run: it only has to compile. */
export function* compiled(self: Self<unknown>, manager: Manager, pid: Pid): ProcessGenerator {
  // @ts-expect-error no such event
  notify(self, manager, { type: "tock" });
  // @ts-expect-error n is a number
  yield* syncNotify(self, manager, { type: "tick", n: "1" });
  // @ts-expect-error not in the catalogue
  yield* addHandler(self, manager, "logger", undefined);
  // @ts-expect-error a counter has a name
  yield* addHandler(self, manager, "counter", {});
  // @ts-expect-error slow has no such call
  yield* callHandler(self, manager, "slow", { type: "sum" });
  // @ts-expect-error the sum is a number
  const wrong: string = yield* callHandler(self, manager, "counter", { type: "sum" });
  // @ts-expect-error a bare pid is no manager
  notify(self, pid, { type: "tick", n: 1 });
  return void wrong;
}
