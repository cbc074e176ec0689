/** Processes of two boards that call each other, and pour messages, for the benchmark. */
import { addressOf } from "../../../runtime/behaviour/address.ts";
import { call } from "../../../runtime/behaviour/call.ts";
import { serverBody } from "../../../runtime/behaviour/server.ts";
import type { ServerModule } from "../../../runtime/behaviour/server-module.ts";
import type { Pid } from "../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";

interface EchoCalls {
  echo(request: { n: number; text: string }): { n: number; text: string };
}
type Echo = ServerModule<string, EchoCalls, never, never, string>;

const module: Echo = {
  name: "echo",
  version: 1,
  init: (name: string, self) => {
    self.publish(name);
    return { state: name };
  },
  handleCall: { echo: (state, { n, text }) => ({ reply: { n, text }, state }) },
  handleCast: {},
};

/** Its argument is its public name. */
export const echo = serverBody(module);

/** Where results are sent. */
export const BENCH = "bench";

/** What is sent there, us. */
export type BenchResult = { readonly times: readonly number[] } | { readonly poured: number };

/** Calls `count` times, one after the other; sends each time that it took, us. */
export function* caller(self: Self, name: string, count: number, text: string): ProcessGenerator {
  const server = addressOf<Echo>(yield* find(self, name));
  const times: number[] = [];
  for (let n = 0; n < count; n++) {
    const sinceUs = self.nowUs();
    yield* call(self, server, { type: "echo", n, text });
    times.push(self.nowUs() - sinceUs);
  }
  self.send(BENCH, { times });
  yield* self.receive();
}

/** Messages under way in all; between two cells there may be 2000. */
const WINDOW = 1000;
const ACKNOWLEDGED = 250;

/** Pours `count` messages, at most `WINDOW` ahead of the other side; sends how long all took, us. */
export function* pourer(self: Self<{ type: "got"; n: number }>, name: string, count: number, text: string) {
  const sink = yield* find(self, name);
  const sinceUs = self.nowUs();
  for (let n = 0, got = 0; got < count; ) {
    for (; n < count && n < got + WINDOW; n++) self.send(sink, { type: "drop", from: self.pid, n, text });
    got = (yield* self.receive("got")).n;
  }
  self.send(BENCH, { poured: self.nowUs() - sinceUs });
  yield* self.receive();
}

/** Counts, and says so from time to time. */
export function* sink(
  self: Self<{ type: "drop"; from: Pid; n: number }>,
  name: string,
  count: number,
): ProcessGenerator {
  self.publish(name);
  for (let got = 1; ; got++) {
    const { from, n } = yield* self.receive("drop");
    if (n !== got - 1) throw new Error(`${n} came as number ${got}`);
    if (got % ACKNOWLEDGED === 0 || got === count) self.send(from, { type: "got", n: got });
  }
}

function* find<M>(self: Self<M>, name: string): ProcessGenerator<Pid> {
  for (;;) {
    const pid = self.whereis(name);
    if (pid !== undefined) return pid;
    yield* self.sleep(5);
  }
}
