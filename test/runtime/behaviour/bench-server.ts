/** A server that does on request what a server may do, and writes down what it is asked. */

import { addressOf } from "../../../runtime/behaviour/address.ts";
import { call } from "../../../runtime/behaviour/call.ts";
import { type From, reply } from "../../../runtime/behaviour/exchange.ts";
import type { ServerModule } from "../../../runtime/behaviour/server-module.ts";
import type { ExitReason } from "../../../runtime/process/exit-reason.ts";
import type { Pid } from "../../../runtime/process/pid.ts";

export interface BenchState {
  sum: number;
  waiting: From<string>[];
}

export interface BenchCalls {
  add(request: { n: number }): number;
  get(): number;
  /** Answered `after` ms later, by a timer's message. */
  delayed(request: { after: number }): string;
  /** Answered when somebody casts `release`. */
  held(): string;
  /** Answered twice. */
  twice(): string;
  never(): string;
  crash(): string;
  bad(): string;
  promise(): string;
  uncopyable(): unknown;
  stop(request: { reason: ExitReason; silent?: boolean }): string;
  idleAfter(request: { ms: number }): string;
  continueWith(request: { what: string }): string;
  /** Asks another server while it is asked. */
  relay(request: { to: Pid; n: number }): number;
  askYourself(): string;
  slow(request: { ms: number }): string;
}

export type BenchCasts =
  | { type: "add"; n: number }
  | { type: "release"; word: string }
  | { type: "crash" }
  | { type: "stop"; reason: ExitReason }
  | { type: "idleAfter"; ms: number }
  | { type: "continueWith"; what: string };

export type BenchInfo =
  | { type: "answer"; to: From<string>; word: string }
  | { type: "crash" }
  | { type: "note" }
  | { type: "stop" }
  | { type: "idle" };

export type BenchModule = ServerModule<BenchState, BenchCalls, BenchCasts, BenchInfo, InitKind, string>;

export type InitKind =
  | "run"
  | "trap"
  | "crash"
  | "crashAfterWait"
  | "stop"
  | "shutdown"
  | "ignore"
  | "bad"
  | "wait"
  | "idle"
  | "continue"
  | "hang";

export function benchModule(trace: string[]): BenchModule {
  const note = (what: string) => void trace.push(what);
  return {
    name: "bench",
    version: 1,
    *init(kind, self) {
      const state: BenchState = { sum: 0, waiting: [] };
      note(`init ${kind}`);
      switch (kind) {
        case "trap":
          self.trapExit();
          break;
        case "crash":
          throw new Error("no start");
        case "crashAfterWait":
          yield* self.sleep(10);
          throw new Error("no start");
        case "stop":
          return { stop: { error: "not today", stack: "" } };
        case "shutdown":
          return { stop: { shutdown: "not today" } };
        case "ignore":
          return { ignore: true };
        case "bad":
          return 4711 as never;
        case "wait":
          yield* self.sleep(100);
          break;
        case "hang":
          for (;;) yield* self.sleep(60_000);
        case "idle":
          return { state, idleMs: 50 };
        case "continue":
          return { state, continue: "from init" };
      }
      return { state };
    },
    handleCall: {
      add(state, { n }) {
        state.sum += n;
        return { reply: state.sum, state };
      },
      get: (state) => ({ reply: state.sum, state }),
      delayed(state, { after }, from, self) {
        self.sendAfter(after, self.pid, { type: "answer", to: from, word: "delayed" });
        return { noReply: true, state };
      },
      held: (state, _, from) => ({ noReply: true, state: { ...state, waiting: [...state.waiting, from] } }),
      twice(state, _, from, self) {
        reply(self, from, "first");
        return { reply: "second", state };
      },
      never: (state) => ({ noReply: true, state }),
      crash() {
        throw new Error("crashed");
      },
      bad: () => 4711 as never,
      promise: (async () => 4711) as never,
      uncopyable: (state) => ({ reply: () => 1, state }),
      stop: (state, { reason, silent }) =>
        silent === true ? { stop: reason, state } : { stop: reason, reply: "stopping", state },
      idleAfter: (state, { ms }) => ({ reply: "ok", state, idleMs: ms }),
      continueWith: (state, { what }) => ({ reply: "ok", state, continue: what }),
      *relay(state, { to, n }, _, self) {
        const sum = yield* call(self, addressOf<BenchModule>(to), { type: "add", n });
        return { reply: sum, state };
      },
      *askYourself(state, _, __, self) {
        const word = yield* call(self, addressOf<BenchModule>(self.pid), { type: "never" });
        return { reply: word, state };
      },
      *slow(state, { ms }, _, self) {
        yield* self.sleep(ms);
        note(`slept ${ms}`);
        return { reply: "slept", state };
      },
    },
    handleCast: {
      add: (state, { n }) => ({ state: { ...state, sum: state.sum + n } }),
      release(state, { word }, self) {
        for (const from of state.waiting) reply(self, from, word);
        return { state: { ...state, waiting: [] } };
      },
      crash() {
        throw new Error("crashed");
      },
      stop: (state, { reason }) => ({ stop: reason, state }),
      idleAfter: (state, { ms }) => ({ state, idleMs: ms }),
      continueWith: (state, { what }) => ({ state, continue: what }),
    },
    handleInfo(state, message, self) {
      if (message?.type === "answer") reply(self, message.to, message.word);
      else if (message?.type === "crash") throw new Error("crashed");
      else if (message?.type === "stop") return { stop: "shutdown", state };
      else if (message?.type === "idle") return { state, idleMs: 10 };
      else note(`info ${typeof message === "object" ? message?.type : message}`);
      return { state };
    },
    handleIdle(state, self) {
      note(`idle at ${Math.round(self.nowUs() / 1000)}`);
      return { state };
    },
    handleContinue(state, what) {
      note(`continue ${what}`);
      if (what === "crash") throw new Error("crashed");
      return what === "stop" ? { stop: "shutdown", state } : { state };
    },
    terminate(reason, state) {
      note(`terminate ${typeof reason === "string" ? reason : Object.values(reason)[0]} with ${state.sum}`);
    },
  };
}
