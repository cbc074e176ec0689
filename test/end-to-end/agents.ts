/** Processes that boards let others spawn. They import nothing of the runtime: they come from outside of it. */
import type { Pid } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";

/** Asks the process of that name, on whatever board, what it is, and tells `to`; then when it is gone. */
export function* asking(self: Self, name: string, to: Pid): ProcessGenerator {
  while (self.whereis(name) === undefined) yield* self.sleep(10);
  const pid = self.whereis(name)!;
  const ref = self.monitor(pid);
  self.send(pid, { type: "call", from: self.pid, ref, request: { type: "about" } });
  const answer = yield* self.receive(ref);
  self.send(to, { answer: answer.type === "reply" ? answer.value : answer.type });
  self.monitor(pid);
  const { reason } = yield* self.receive("down");
  self.send(to, { gone: reason });
  yield* self.receive();
}

/** Is in these groups until somebody ends it. */
export function* joining(self: Self, ...groups: readonly string[]): ProcessGenerator {
  for (const group of groups) self.join(group);
  yield* self.receive();
}

/** Is no body. */
export const flow = 7;
