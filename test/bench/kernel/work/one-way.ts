/**
 * One sender, one receiver, no answers but one after each window: a mailbox holds 1000 messages, so a sender that
 * never waited would measure how fast messages are dropped.
 */
import type { Pid } from "../../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../../runtime/process/process.ts";
import type { Self } from "../../../../runtime/process/self.ts";
import { nested } from "./nested.ts";
import { type Order, WHOLE_RUN_US } from "./order.ts";
import { Rounds } from "./rounds.ts";

const WINDOW = 1000;
const WINDOWS = 100;

type Data = { readonly type: "data"; readonly n: number };
type Seen = { readonly type: "seen" };

type Message = Data | number;
type Kind = "integer" | "map";

export function* oneWay(
  self: Self<Seen>,
  { report, depth, message }: Order & { readonly message: Kind },
): ProcessGenerator {
  const receiver = self.spawn(receiving, [depth, message, self.pid]);
  const rounds = new Rounds(WINDOW * WINDOWS);
  self.work(self.nowUs() + WHOLE_RUN_US);
  while (rounds.more()) yield* nested(depth - 2, sending(self, receiver, message));
  self.send(report, { type: "figure", figure: rounds.figure });
}

function* sending(self: Self<Seen>, receiver: Pid, message: Kind): ProcessGenerator {
  for (let window = 0; window < WINDOWS; window++) {
    if (message === "map") for (let n = 0; n < WINDOW; n++) self.send(receiver, { type: "data", n });
    else for (let n = 0; n < WINDOW; n++) self.send(receiver, n);
    yield* self.receive("seen");
  }
}

function* receiving(self: Self<Message>, depth: number, message: Kind, sender: Pid): ProcessGenerator {
  yield* nested(depth - 2, message === "map" ? counting(self, sender) : countingIntegers(self, sender));
}

function* counting(self: Self<Message>, sender: Pid): ProcessGenerator {
  for (;;) {
    for (let n = 0; n < WINDOW; n++) {
      const data = yield* self.receive("data");
      if (data.n !== n) throw new Error(`${data.n} instead of ${n}`);
    }
    self.send(sender, { type: "seen" });
  }
}

function* countingIntegers(self: Self<Message>, sender: Pid): ProcessGenerator {
  for (;;) {
    for (let n = 0; n < WINDOW; n++) {
      const seen = yield* self.receive();
      if (seen !== n) throw new Error(`${seen} instead of ${n}`);
    }
    self.send(sender, { type: "seen" });
  }
}
