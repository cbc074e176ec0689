/** A client calls a server in another cell and waits for the reply, one call after the other. */
import type { Pid } from "../../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../../runtime/process/process.ts";
import type { Self } from "../../../../runtime/process/self.ts";
import type { DownMessage, ReplyMessage } from "../../../../runtime/process/signal.ts";
import { latencies } from "../latencies.ts";
import { nested } from "./nested.ts";
import type { Order } from "./order.ts";

const WARM_UP = 20_000;
const CALLS = 30_000;

type Call = {
  readonly type: "call";
  readonly from: Pid;
  readonly ref: number;
  readonly request: number;
  readonly monitored: boolean;
};

/** `monitored`: as a server's call does it, so that its death is seen; else the bare messages. */
export function* client(
  self: Self<ReplyMessage>,
  { report, depth, server, monitored }: Order & { readonly server: Pid; readonly monitored: boolean },
): ProcessGenerator {
  const call = monitored ? callMonitored : callBare;
  yield* nested(depth - 2, calling(self, server, WARM_UP, call));
  const cpu = process.cpuUsage();
  const timesUs = yield* nested(depth - 2, calling(self, server, CALLS, call));
  const { user, system } = process.cpuUsage(cpu);
  self.send(report, { type: "figure", figure: { ...latencies(timesUs), cpu: (user + system) / CALLS } });
}

export function* server(self: Self<Call>, { depth }: { readonly depth: number }): ProcessGenerator {
  yield* nested(depth - 2, serving(self));
}

function* serving(self: Self<Call>): ProcessGenerator {
  for (;;) {
    const { from, ref, request, monitored } = yield* self.receive("call");
    const reply = { type: "reply", ref, value: request + 1 };
    if (monitored) self.send(from, reply, { alias: ref });
    else self.send(from, reply);
  }
}

type Calling = (self: Self<ReplyMessage>, server: Pid, request: number) => ProcessGenerator<void>;

function* calling(
  self: Self<ReplyMessage>,
  server: Pid,
  count: number,
  call: Calling,
): ProcessGenerator<Float64Array> {
  const timesUs = new Float64Array(count);
  for (let n = 0; n < count; n++) {
    const startUs = self.nowUs();
    yield* call(self, server, n);
    timesUs[n] = self.nowUs() - startUs;
  }
  return timesUs;
}

function* callMonitored(self: Self<ReplyMessage>, server: Pid, request: number): ProcessGenerator {
  const ref = self.monitor(server);
  self.send(server, { type: "call", from: self.pid, ref, request, monitored: true });
  check(yield* self.receive(ref, { within: 1000 }), request);
}

function* callBare(self: Self<ReplyMessage>, server: Pid, request: number): ProcessGenerator {
  self.send(server, { type: "call", from: self.pid, ref: request, request, monitored: false });
  check(yield* self.receive({ type: "reply", ref: request }, { within: 1000 }), request);
}

function check(answer: ReplyMessage | DownMessage | undefined, request: number): void {
  if (answer?.type !== "reply" || answer.value !== request + 1) throw new Error(`no reply to ${request}`);
}
