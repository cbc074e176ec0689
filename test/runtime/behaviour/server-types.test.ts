/** Wrong messages fail in the compiler: the lines below a `@ts-expect-error` would not compile without it. */
import * as assert from "uvu/assert";
import { type Address, addressOf, type ServerPid } from "../../../runtime/behaviour/address.ts";
import { call, cast } from "../../../runtime/behaviour/call.ts";
import { type From, reply } from "../../../runtime/behaviour/exchange.ts";
import { sendRequest } from "../../../runtime/behaviour/pending-call.ts";
import { serverBody, startServer } from "../../../runtime/behaviour/server.ts";
import type { ServerModule } from "../../../runtime/behaviour/server-module.ts";
import type { Body } from "../../../runtime/process/cell-contract.ts";
import type { Pid } from "../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { spec } from "../../harness/spec.ts";

interface Calls {
  set(request: { level: number }): "ok";
  read(): { level: number };
}
type Casts = { type: "blink"; times: number } | { type: "off" };
type Info = { type: "edge"; at: number };
interface State {
  level: number;
  waiting?: From<"ok">;
}

const lamp: ServerModule<State, Calls, Casts, Info, { level: number }, "fade"> = {
  name: "lamp",
  version: 1,
  init: ({ level }) => ({ state: { level } }),
  handleCall: {
    set: (state, { level }) => ({ reply: "ok", state: { ...state, level } }),
    *read(state) {
      return { reply: { level: state.level }, state };
    },
  },
  handleCast: {
    blink: (_, { times }) => ({ state: { level: times } }),
    off: (state) => ({ state, continue: "fade" }),
  },
  handleInfo: (state, message) => ({ state: message.type === "edge" ? { level: message.at } : state }),
  handleContinue: (state) => ({ state }),
};

/** Never run: it only has to compile. */
export function* compiled(self: Self<{ type: "mine" }>, pid: Pid): ProcessGenerator {
  const server: ServerPid<Calls, Casts> = yield* startServer(self, lamp, { level: 1 });
  const word: "ok" = yield* call(self, server, { type: "set", level: 3 });
  const { level }: { level: number } = yield* call(self, server, { type: "read" });
  cast(self, server, { type: "blink", times: level });
  // @ts-expect-error no such call
  yield* call(self, server, { type: "toggle" });
  // @ts-expect-error a level is a number
  yield* call(self, server, { type: "set", level: "3" });
  // @ts-expect-error the level is missing
  yield* call(self, server, { type: "set" });
  // @ts-expect-error a cast is no call
  yield* call(self, server, { type: "blink", times: 1 });
  // @ts-expect-error the reply to "set" is "ok"
  const wrong: number = yield* call(self, server, { type: "set", level: 3 });
  // @ts-expect-error the reply to "read" is no word
  const other: "ok" = yield* call(self, server, { type: "read" });
  // @ts-expect-error no such cast
  cast(self, server, { type: "read" });
  // @ts-expect-error times is a number
  cast(self, server, { type: "blink", times: "often" });
  // @ts-expect-error nobody says what a bare pid understands
  yield* call(self, pid, { type: "read" });
  // @ts-expect-error nor a bare name
  yield* call(self, "lamp", { type: "read" });
  // @ts-expect-error the argument of init
  yield* startServer(self, lamp, { level: "high" });
  // @ts-expect-error no such call, asked now and awaited later
  sendRequest(self, server, { type: "toggle" });

  const named = addressOf<typeof lamp>("lamp");
  const less: Address<Pick<Calls, "read">, { type: "off" }> = named;
  yield* call(self, less, { type: "read" });
  // @ts-expect-error this address does not know "set"
  yield* call(self, less, { type: "set", level: 1 });
  // @ts-expect-error who knows less is no stand-in for who knows more
  const more: typeof named = less;

  const from = { from: pid, ref: 1 } as From<"ok">;
  reply(self, from, "ok");
  // @ts-expect-error the caller waits for "ok"
  reply(self, from, 7);
  return void [word, wrong, other, more];
}

const body: Body<[args: { level: number }], Info> = serverBody(lamp);

export const wrongModules: ServerModule<State, Calls, Casts, Info, undefined, "fade">[] = [
  {
    ...lamp,
    init: () => ({ state: { level: 0 } }),
    // @ts-expect-error "read" has no handler
    handleCall: { set: (state) => ({ reply: "ok", state }) },
  },
  {
    ...lamp,
    init: () => ({ state: { level: 0 } }),
    handleCall: {
      ...lamp.handleCall,
      // @ts-expect-error the reply to "set" is "ok"
      set: (state) => ({ reply: "done", state }),
    },
  },
  {
    ...lamp,
    init: () => ({ state: { level: 0 } }),
    // @ts-expect-error neither a reply nor `noReply`
    handleCall: { ...lamp.handleCall, set: (state) => ({ state }) },
  },
  // @ts-expect-error a state has a level
  { ...lamp, init: () => ({ state: {} }) },
  {
    ...lamp,
    init: () => ({ state: { level: 0 } }),
    // @ts-expect-error "off" has no handler
    handleCast: { blink: (state) => ({ state }) },
  },
  {
    ...lamp,
    init: () => ({ state: { level: 0 } }),
    // @ts-expect-error it goes on with "fade" only
    handleCast: { ...lamp.handleCast, off: (state) => ({ state, continue: "jump" }) },
  },
  // @ts-expect-error handlers give back results, not promises
  { ...lamp, init: async () => ({ state: { level: 0 } }) },
];

spec("a module and its addresses say what is understood, and the compiler holds everybody to it", () => {
  assert.type(body, "function");
  assert.is(body.name, "lamp");
});
