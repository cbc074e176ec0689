/** First processes of the cells that are measured. */
import type { Pid } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";

type Ask = { readonly type: "ask"; readonly from: Pid };

/** Says when it ran first, us on the monotonic clock, then idles. */
export function* born(self: Self<never>, to: Pid): ProcessGenerator {
  self.send(to, { type: "born", atUs: self.nowUs() });
  yield* self.receive();
}

/** Answers. */
export function* answers(self: Self<Ask>): ProcessGenerator {
  for (;;) {
    const { from } = yield* self.receive("ask");
    self.send(from, { type: "answer" });
  }
}

/** Asks `count` times and tells how long each took, us. */
export function* asks(self: Self<{ type: "answer" }>, other: Pid, count: number, to: Pid): ProcessGenerator {
  const tookUs: number[] = [];
  for (let n = 0; n < count; n++) {
    const startUs = self.nowUs();
    self.send(other, { type: "ask", from: self.pid });
    yield* self.receive("answer");
    tookUs.push(self.nowUs() - startUs);
  }
  self.send(to, { type: "took", tookUs });
  yield* self.receive();
}
