/** Two processes of one cell: a request and its answer, the same small map both ways. */
import type { Pid } from "../../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../../runtime/process/process.ts";
import type { Self } from "../../../../runtime/process/self.ts";
import { nested } from "./nested.ts";
import { type Order, WHOLE_RUN_US } from "./order.ts";
import { Rounds } from "./rounds.ts";

const ROUND_TRIPS = 20_000;

type Ping = { readonly type: "ping"; readonly from: Pid; readonly n: number };
type Pong = { readonly type: "pong"; readonly from: Pid; readonly n: number };

/** `by`: what the receive selects the answer by: its tag, or its tag and a number made for it, as a call does. */
export function* pingPong(
  self: Self<Pong>,
  { report, depth, by }: Order & { readonly by: "tag" | "ref" },
): ProcessGenerator {
  const echo = self.spawn(echoing, [depth]);
  const rounds = new Rounds(ROUND_TRIPS);
  self.work(self.nowUs() + WHOLE_RUN_US);
  while (rounds.more()) yield* nested(depth - 2, by === "tag" ? asking(self, echo) : calling(self, echo));
  self.send(report, { type: "figure", figure: rounds.figure });
}

function* asking(self: Self<Pong>, echo: Pid): ProcessGenerator {
  for (let n = 0; n < ROUND_TRIPS; n++) {
    self.send(echo, { type: "ping", from: self.pid, n });
    const pong = yield* self.receive("pong");
    if (pong.n !== n) throw new Error(`${pong.n} is the answer to ${n}`);
  }
}

function* calling(self: Self<Pong>, echo: Pid): ProcessGenerator {
  for (let n = 0; n < ROUND_TRIPS; n++) {
    self.send(echo, { type: "ping", from: self.pid, n });
    yield* self.receive({ type: "pong", n });
  }
}

function* echoing(self: Self<Ping>, depth: number): ProcessGenerator {
  yield* nested(depth - 2, echo(self));
}

function* echo(self: Self<Ping>): ProcessGenerator {
  for (;;) {
    const { from, n } = yield* self.receive("ping");
    self.send(from, { type: "pong", from: self.pid, n });
  }
}
