/** Versions of one server, good and bad, and what works with it from other cells while its code changes. */
import { addressOf } from "../../runtime/behaviour/address.ts";
import { call, cast } from "../../runtime/behaviour/call.ts";
import { serverBody } from "../../runtime/behaviour/server.ts";
import type { ServerModule, Version } from "../../runtime/behaviour/server-module.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import type { DownMessage } from "../../runtime/process/signal.ts";

/** As version 1 keeps it; version 2 calls `count` `seen`. */
interface State {
  readonly sink: Pid;
  readonly count: number;
  readonly timer: number | undefined;
}

interface NextState {
  readonly sink: Pid;
  readonly seen: number;
  readonly timer: number | undefined;
  /** Messages since it took over. */
  readonly mine: number;
}

export interface CounterCalls {
  count(request: unknown): { readonly count: number; readonly version: Version };
  /** Answered after `ms`. */
  slow(request: { readonly ms: number }): Version;
  cancel(request: unknown): boolean;
}

export type CounterCasts =
  | { readonly type: "number"; readonly n: number }
  | { readonly type: "alarmIn"; readonly ms: number }
  | { readonly type: "end"; readonly how: "normal" | "crash" };

export interface Got {
  readonly n: number | "alarm";
  readonly version: Version;
}

type Info = { readonly type: "alarm" };
type Counter<S> = ServerModule<S, CounterCalls, CounterCasts, Info, { readonly sink: Pid }>;
export type CounterModule = Counter<State>;

const first: Counter<State> = {
  name: "counter",
  version: 1,
  init: ({ sink }, self) => {
    self.register("counter");
    return { state: { sink, count: 0, timer: undefined } };
  },
  handleCall: {
    count: ({ count, ...rest }) => ({ reply: { count, version: 1 }, state: { count, ...rest } }),
    slow: function* (state, { ms }, _, self) {
      yield* self.sleep(ms);
      return { reply: 1, state };
    },
    cancel: (state, _, __, self) => ({
      reply: self.cancel(state.timer ?? 0),
      state: { ...state, timer: undefined },
    }),
  },
  handleCast: {
    number: (state, { n }, self) => {
      self.send(state.sink, { n, version: 1 });
      return { state: { ...state, count: state.count + 1 } };
    },
    alarmIn: (state, { ms }, self) => ({
      state: { ...state, timer: self.sendAfter(ms, self.pid, { type: "alarm" }) },
    }),
    end: (state, { how }) => ended(state, how),
  },
  handleInfo: (state, _, self) => {
    self.send(state.sink, { n: "alarm", version: 1 });
    return { state };
  },
};

/** `number` does what a version does at one. */
function second(version: Version, number: (mine: number) => void): Counter<NextState> {
  return {
    name: "counter",
    version,
    init: () => ({ stop: "shutdown" }),
    codeChange: (old, state) => {
      if (old !== 1) throw new Error(`cannot take over from ${old}`);
      const { sink, count, timer } = state as State;
      return { sink, seen: count, timer, mine: 0 };
    },
    codeChangeBack: (_, { sink, seen, timer }): State => ({ sink, count: seen, timer }),
    handleCall: {
      count: (state) => ({ reply: { count: state.seen, version }, state }),
      slow: function* (state, { ms }, _, self) {
        yield* self.sleep(ms);
        return { reply: version, state };
      },
      cancel: (state, _, __, self) => ({
        reply: self.cancel(state.timer ?? 0),
        state: { ...state, timer: undefined },
      }),
    },
    handleCast: {
      number: (state, { n }, self) => {
        self.send(state.sink, { n, version });
        number(state.mine + 1);
        return { state: { ...state, seen: state.seen + 1, mine: state.mine + 1 } };
      },
      alarmIn: (state, { ms }, self) => ({
        state: { ...state, timer: self.sendAfter(ms, self.pid, { type: "alarm" }) },
      }),
      end: (state, { how }) => ended(state, how),
    },
    handleInfo: (state, _, self) => {
      self.send(state.sink, { n: "alarm", version });
      return { state };
    },
  };
}

export const counter = serverBody(first);
export const better = serverBody(second(2, () => {}));
export const crashesAtThird = serverBody(
  second("crashes", (mine) => {
    if (mine === 3) throw new Error("the third");
  }),
);
export const hangsAtThird = serverBody(
  second("hangs", (mine) => {
    while (mine === 3);
  }),
);
export const leaksAtThird = serverBody(
  second("leaks", (mine) => {
    if (mine < 3) return;
    for (const kept: number[][] = []; ; ) kept.push(new Array(100_000).fill(kept.length));
  }),
);
export const diesInCodeChange = serverBody({
  ...second("stillborn", () => {}),
  codeChange: () => {
    throw new Error("cannot take that over");
  },
});
export const cannotGoBack = (() => {
  const { codeChangeBack: _, ...module } = second("one way", (mine) => {
    if (mine === 3) throw new Error("the third");
  });
  return serverBody(module);
})();
export const keepsFunctions = serverBody({
  ...second("functions", () => {}),
  codeChangeBack: () => ({ callback: () => 1 }),
});

export function* diesAtStart(): ProcessGenerator {
  if (Date.now() > 0) throw new Error("dead before it began");
}

/** Answers no system message. */
export function* noBehaviour(self: Self<unknown>): ProcessGenerator {
  self.register("counter");
  for (;;) yield* self.receive({ type: "never" });
}

export function* spawns(self: Self<Info>): ProcessGenerator {
  self.spawn(function* helper(self: Self<never>): ProcessGenerator {
    yield* self.sleep(1e9);
  }, []);
  yield* counter(self, { sink: self.pid });
}

/** Sends numbers from 0, at a pace that a mailbox bears for five seconds, until told that it is enough. */
export function* streams(self: Self<{ type: "enough" }>, to: Pid, sink: Pid): ProcessGenerator {
  const server = addressOf<CounterModule>(to);
  for (let n = 0; ; n++) {
    if ((yield* self.receive("enough", { within: 5 })) !== undefined) {
      self.send(sink, { total: n });
      break;
    }
    cast(self, server, { type: "number", n });
  }
  yield* self.sleep(1e9);
}

/** Calls again and again and tells who answered, and what went wrong. */
export function* calls(self: Self<unknown>, to: Pid, sink: Pid): ProcessGenerator {
  const server = addressOf<CounterModule>(to);
  for (;;) {
    try {
      const { version } = yield* call(self, server, { type: "count" }, { within: 20_000 });
      self.send(sink, { by: version });
    } catch (error) {
      self.send(sink, { by: String(error) });
    }
    yield* self.sleep(1);
  }
}

/** Linked with it and watching it: tells of what it sees. */
export function* bound(self: Self<unknown>, to: Pid, sink: Pid): ProcessGenerator {
  self.trapExit();
  self.link(to);
  const ref = self.monitor(to);
  self.send(sink, { bound: "ready" });
  const told = (yield* self.receive("down")) as DownMessage;
  self.send(sink, { bound: told.ref === ref ? "down" : "another's down" });
  yield* self.receive("exit");
  self.send(sink, { bound: "exit" });
  yield* self.sleep(1e9);
}

function ended<S>(state: S, how: "normal" | "crash") {
  if (how === "crash") throw new Error("told to crash");
  return { stop: how, state };
}
