/** What an idle process takes: the heap after a full collection, with and without many that wait for a message. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Pid } from "../../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../../runtime/process/process.ts";
import type { Self } from "../../../../runtime/process/self.ts";
import { nested } from "./nested.ts";
import type { Order } from "./order.ts";

type Message = { readonly type: "waits" } | { readonly type: "never" };

export function* idle(
  self: Self<Message>,
  { report, depth, count }: Order & { readonly count: number },
): ProcessGenerator {
  yield* many(self, depth, 1000); // Code and shapes exist now.
  const before = usedBytes();
  yield* many(self, depth, count);
  self.send(report, { type: "figure", figure: { value: (usedBytes() - before) / count } });
}

function* many(self: Self<Message>, depth: number, count: number): ProcessGenerator {
  for (let n = 1; n < count; n++) self.spawn(waits, [depth]);
  self.spawn(waits, [depth, self.pid]);
  yield* self.receive("waits"); // The others ran before the last.
}

function* waits(self: Self<Message>, depth: number, tell?: Pid): ProcessGenerator {
  if (tell !== undefined) self.send(tell, { type: "waits" });
  yield* nested(depth - 2, waiting(self));
}

function* waiting(self: Self<Message>): ProcessGenerator {
  for (;;) yield* self.receive("never");
}

/** After a full collection; buffers outside the heap count. */
function usedBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
