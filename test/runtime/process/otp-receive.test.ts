import * as assert from "uvu/assert";
import type { Pid } from "../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { spec } from "../../harness/spec.ts";
import { handCell } from "./hand-cell.ts";

function* server(self: Self<{ type: "ask"; from: Pid; ref: number }>): ProcessGenerator {
  for (;;) {
    const { from, ref } = yield* self.receive("ask");
    self.send(from, { type: "reply", ref, value: "answer" }, { alias: ref });
  }
}

function* ask(self: Self<unknown>, to: Pid) {
  const ref = self.monitor(to);
  self.send(to, { type: "ask", from: self.pid, ref });
  return yield* self.receive(ref);
}

spec(
  "a call beside a full mailbox costs as much as beside an empty one, within ten times",
  () => {
    const { cell, trace, until } = handCell();
    const echo = cell.spawn(server, []);
    const calls = 20_000;
    cell.spawn(function* caller(self: Self<unknown>) {
      const time = function* () {
        const startMs = performance.now();
        for (let n = 0; n < calls; n++) yield* ask(self, echo);
        return performance.now() - startMs;
      };
      yield* time();
      const emptyMs = Math.min(yield* time(), yield* time());
      for (let n = 0; n < 999; n++) self.send(self.pid, { type: "msg", n });
      const fullMs = Math.min(yield* time(), yield* time(), yield* time());
      trace.push(
        fullMs / emptyMs < 10
          ? "ok"
          : `${((fullMs / calls) * 1000).toFixed(2)} us instead of ${((emptyMs / calls) * 1000).toFixed(2)} us`,
      );
      let left = 0;
      while ((yield* self.receive("msg", { within: 0 })) !== undefined) left++;
      trace.push(`${left} left`);
    }, []);
    until(0);
    assert.equal(trace, ["ok", "999 left"]);
  },
  { limitMs: 60_000 },
);

spec("messages taken between request and reply, and calls inside calls, do not disturb each other", () => {
  const { cell, trace, until } = handCell();
  const echo = cell.spawn(server, []);
  cell.spawn(function* caller(self: Self<unknown>) {
    for (let n = 0; n < 1000; n++) {
      self.send(self.pid, { type: "dummy", n });
      const outer = self.monitor(echo);
      self.send(echo, { type: "ask", from: self.pid, ref: outer });
      const inner = yield* ask(self, echo);
      const dummy = (yield* self.receive("dummy")) as { type: "dummy"; n: number };
      const reply = yield* self.receive(outer);
      if (inner.type !== "reply" || reply.type !== "reply" || dummy.n !== n) trace.push(`bad ${n}`);
    }
    trace.push(`${yield* self.receive(undefined, { within: 0 })} left`);
  }, []);
  until(0);
  assert.equal(trace, ["undefined left"]);
});

spec("a pattern that throws loses no message and leaves the next receive as it should be", () => {
  const { cell, trace, until } = handCell();
  const pid = cell.spawn(function* reader(self: Self<number>) {
    yield* self.sleep(1);
    try {
      yield* self.receive((message) => {
        if (message === 2) throw new Error("aborted");
        return false;
      });
    } catch (error) {
      trace.push((error as Error).message);
    }
    for (;;) trace.push(`${yield* self.receive()}`);
  }, []);
  for (const n of [1, 2, 3]) cell.post(pid, n);
  until(5);
  assert.equal(trace, ["aborted", "1", "2", "3"]);
});

spec("a time limit that is no number is a defect, and loses no message", () => {
  const { cell, trace, until } = handCell();
  const pid = cell.spawn(function* reader(self: Self<string>) {
    yield* self.sleep(1);
    for (const within of [Number.NaN, "blupp" as never]) {
      try {
        yield* self.receive((message) => message === "blipp", { within });
      } catch (error) {
        trace.push((error as Error).name);
      }
    }
    trace.push(`${yield* self.receive()}`);
  }, []);
  cell.post(pid, "init");
  until(5);
  assert.equal(trace, ["RangeError", "RangeError", "init"]);
});
