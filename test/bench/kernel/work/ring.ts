/** Ten thousand processes in a ring pass one token round it a hundred times. */
import type { Pid } from "../../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../../runtime/process/process.ts";
import type { Self } from "../../../../runtime/process/self.ts";
import { nested } from "./nested.ts";
import { type Order, WHOLE_RUN_US } from "./order.ts";
import { Rounds } from "./rounds.ts";

const PROCESSES = 10_000;
const HOPS = PROCESSES * 100;

type Next = { readonly type: "next"; readonly next: Pid };
type Token = { readonly type: "token"; readonly n: number };
type Home = { readonly type: "home" };

type Message = Next | Token | number;
type Kind = "integer" | "map";

export function* ring(
  self: Self<Home>,
  { report, depth, token }: Order & { readonly token: Kind },
): ProcessGenerator {
  const first = self.spawn(member, [depth, token, self.pid]);
  let next = first;
  for (let n = 1; n < PROCESSES; n++) next = self.spawn(member, [depth, token, self.pid, next]);
  self.send(first, { type: "next", next });
  const rounds = new Rounds(HOPS);
  self.work(self.nowUs() + WHOLE_RUN_US);
  while (rounds.more()) {
    self.send(first, token === "map" ? { type: "token", n: HOPS } : HOPS);
    yield* self.receive("home");
  }
  self.send(report, { type: "figure", figure: rounds.figure });
}

function* member(self: Self<Message>, depth: number, token: Kind, home: Pid, known?: Pid): ProcessGenerator {
  const next = known ?? (yield* self.receive("next")).next;
  yield* nested(depth - 2, token === "map" ? passingMap(self, next, home) : passing(self, next, home));
}

function* passing(self: Self<Message>, next: Pid, home: Pid): ProcessGenerator {
  for (;;) {
    const n = (yield* self.receive()) as number;
    if (n === 0) self.send(home, { type: "home" });
    else self.send(next, n - 1);
  }
}

function* passingMap(self: Self<Message>, next: Pid, home: Pid): ProcessGenerator {
  for (;;) {
    const { n } = yield* self.receive("token");
    if (n === 0) self.send(home, { type: "home" });
    else self.send(next, { type: "token", n: n - 1 });
  }
}
