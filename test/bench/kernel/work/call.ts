/** A client calls a server in another cell and waits for the reply, one call after the other. */

import type { ServerPid } from "../../../../runtime/behaviour/address.ts";
import { call } from "../../../../runtime/behaviour/call.ts";
import { serverBody } from "../../../../runtime/behaviour/server.ts";
import type { ServerModule } from "../../../../runtime/behaviour/server-module.ts";
import type { Pid } from "../../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../../runtime/process/process.ts";
import type { Self } from "../../../../runtime/process/self.ts";
import { latencies } from "../latencies.ts";
import { nested } from "./nested.ts";
import type { Order } from "./order.ts";

const WARM_UP = 20_000;
const CALLS = 30_000;

type Calls = { double(request: { readonly type: "double"; readonly n: number }): number };
type Ask = { readonly type: "ask"; readonly from: Pid; readonly n: number };
type Answer = { readonly type: "answer"; readonly n: number };

const doubler: ServerModule<number, Calls> = {
  name: "doubler",
  version: 1,
  init: () => ({ state: 0 }),
  handleCall: { double: (state, { n }) => ({ reply: n * 2, state: state + 1 }) },
  handleCast: {},
};

/** The server of `client`. */
export const server = serverBody(doubler);

export function* client(
  self: Self<Answer>,
  { report, depth, server }: Order & { readonly server: ServerPid<Calls> },
): ProcessGenerator {
  // The body is one level, the loop the next, `call` the last.
  const figure = yield* nested(
    depth - 3,
    timed(self, (n) => call(self, server, { type: "double", n })),
  );
  self.send(report, { type: "figure", figure });
}

/** The server of `asker`: bare messages, nobody watches anybody. */
export function* answerer(self: Self<Ask>): ProcessGenerator {
  for (;;) {
    const { from, n } = yield* self.receive("ask");
    self.send(from, { type: "answer", n: n * 2 });
  }
}

export function* asker(
  self: Self<Answer>,
  { report, depth, server }: Order & { readonly server: Pid },
): ProcessGenerator {
  const figure = yield* nested(
    depth - 3,
    timed(self, (n) => ask(self, server, n)),
  );
  self.send(report, { type: "figure", figure });
}

function* ask(self: Self<Answer>, server: Pid, n: number): ProcessGenerator<number> {
  self.send(server, { type: "ask", from: self.pid, n });
  return (yield* self.receive("answer")).n;
}

function* timed(self: Self<Answer>, double: (n: number) => ProcessGenerator<number>) {
  const timesUs = new Float64Array(CALLS);
  let cpu = process.cpuUsage();
  for (let n = -WARM_UP; n < CALLS; n++) {
    if (n === 0) cpu = process.cpuUsage();
    const startUs = self.nowUs();
    const doubled = yield* double(n);
    if (n >= 0) timesUs[n] = self.nowUs() - startUs;
    if (doubled !== n * 2) throw new Error(`${doubled} is not the double of ${n}`);
  }
  const { user, system } = process.cpuUsage(cpu);
  return { ...latencies(timesUs), cpu: (user + system) / CALLS };
}
