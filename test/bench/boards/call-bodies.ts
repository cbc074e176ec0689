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

/** How much is done: measured, and before that. Messages in multiples of `ACKNOWLEDGED`. */
export interface Amount {
  readonly count: number;
  readonly warmUp: number;
}

/** What is sent there, us. */
export type BenchResult = { readonly times: readonly number[] } | { readonly poured: number };

/**
 * Calls `count` times, one after the other, after as many more as it takes until code is compiled; sends each time that it
 * took, us.
 */
export function* caller(self: Self, name: string, { count, warmUp }: Amount, text: string): ProcessGenerator {
  const server = addressOf<Echo>(yield* find(self, name));
  for (let n = 0; n < warmUp; n++) yield* call(self, server, { type: "echo", n, text });
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

/** Pours messages, at most `WINDOW` ahead of the other side; sends how long all but those of the warm-up took, us. */
export function* pourer(
  self: Self<{ type: "got"; n: number }>,
  name: string,
  { count, warmUp }: Amount,
  text: string,
) {
  const sink = yield* find(self, name);
  let [n, got, sinceUs] = [0, 0, 0];
  for (const upTo of [warmUp, warmUp + count]) {
    sinceUs = self.nowUs();
    while (got < upTo) {
      for (; n < upTo && n < got + WINDOW; n++) self.send(sink, { type: "drop", from: self.pid, n, text });
      got = (yield* self.receive("got")).n;
    }
  }
  self.send(BENCH, { poured: self.nowUs() - sinceUs });
  yield* self.receive();
}

/** Counts, and says so from time to time. */
export function* sink(self: Self<{ type: "drop"; from: Pid; n: number }>, name: string): ProcessGenerator {
  self.publish(name);
  for (let got = 1; ; got++) {
    const { from, n } = yield* self.receive("drop");
    if (n !== got - 1) throw new Error(`${n} came as number ${got}`);
    if (got % ACKNOWLEDGED === 0) self.send(from, { type: "got", n: got });
  }
}

function* find<M>(self: Self<M>, name: string): ProcessGenerator<Pid> {
  for (;;) {
    const pid = self.whereis(name);
    if (pid !== undefined) return pid;
    yield* self.sleep(5);
  }
}
