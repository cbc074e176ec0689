/** A process starts others that end at once; the last of a hundred says so. */
import type { Pid } from "../../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../../runtime/process/process.ts";
import type { Self } from "../../../../runtime/process/self.ts";
import { nested } from "./nested.ts";
import { type Order, WHOLE_RUN_US } from "./order.ts";
import { Rounds } from "./rounds.ts";

const BATCH = 100;
const BATCHES = 100;

type Last = { readonly type: "last" };

/** `child`: levels of `yield*` that a child goes through before it ends; 1 is a plain generator function. */
export function* spawnEnd(
  self: Self<Last>,
  { report, depth, child }: Order & { readonly child: number },
): ProcessGenerator {
  const rounds = new Rounds(BATCH * BATCHES);
  self.work(self.nowUs() + WHOLE_RUN_US);
  while (rounds.more()) yield* nested(depth - 2, spawning(self, child));
  self.send(report, { type: "figure", figure: rounds.figure });
}

function* spawning(self: Self<Last>, child: number): ProcessGenerator {
  for (let batch = 0; batch < BATCHES; batch++) {
    if (child === 1) for (let n = 1; n < BATCH; n++) self.spawn(ends, []);
    else for (let n = 1; n < BATCH; n++) self.spawn(endsDeep, [child]);
    self.spawn(tells, [self.pid]);
    yield* self.receive("last");
  }
}

function* ends(): ProcessGenerator {}

function* endsDeep(_: Self, depth: number): ProcessGenerator {
  yield* nested(depth - 2, ends());
}

function* tells(self: Self, to: Pid): ProcessGenerator {
  self.send(to, { type: "last" });
}
