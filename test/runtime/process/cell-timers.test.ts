import * as assert from "uvu/assert";
import { CellTimers } from "../../../runtime/process/cell-timers.ts";
import { Mailbox } from "../../../runtime/process/mailbox.ts";
import { BAND, Process } from "../../../runtime/process/process.ts";
import { spec } from "../../harness/spec.ts";

spec(
  "limits of waits and messages for later expire in one order of time, each rounded up to a whole us",
  () => {
    const { timers, trace } = traced();
    const a = record("a");
    timers.sendAt(300.2, "b", "hello", undefined);
    timers.start(a, 100.5);
    assert.equal([timers.size, timers.soonestUs], [2, 101]);
    timers.expire(101.9);
    assert.equal([a.timer, a.timedOut, timers.soonestUs], [0, true, 301]);
    timers.expire(301);
    assert.equal(trace, ["a timed out at 101", "hello to b"]);
    assert.equal([timers.size, timers.soonestUs], [0, Number.POSITIVE_INFINITY]);
  },
);

spec("what is stopped, cancelled or released does not happen, and nothing stays", () => {
  const { timers, trace } = traced();
  const [a, b] = [record("a"), record("b")];
  timers.start(a, 100);
  timers.stop(a);
  const handle = timers.sendAt(100, "x", "cancelled", a);
  assert.equal([timers.cancel(handle), timers.cancel(handle)], [true, false]);
  timers.sendAt(100, "x", "of the dead", a);
  timers.sendAt(100, "x", "of the living", b);
  assert.equal([timers.sentCount(a), timers.sentCount(b)], [1, 1]);
  timers.releaseSent(a);
  timers.releaseSent(a);
  timers.expire(100);
  assert.equal([trace, timers.size], [["of the living to x"], 0]);
});

spec("an inherited timer answers to the handle that its owner knows, and is seen as the soonest", () => {
  const { timers } = traced();
  const a = record("a");
  timers.inherit(4711, a, 50, "x", "old");
  assert.equal(timers.soonestUs, 50);
  assert.equal(timers.sentBy(a), [{ handle: 4711, expiryUs: 50, to: "x", message: "old" }]);
  assert.ok(timers.cancel(4711));
  assert.is(timers.size, 0);
});

function traced(): { timers: CellTimers; trace: string[] } {
  const trace: string[] = [];
  const timers = new CellTimers(0.7, {
    timedOut: ({ label }, expiryUs) => void trace.push(`${label} timed out at ${expiryUs}`),
    send: (to, message) => void trace.push(`${message} to ${to}`),
  });
  return { timers, trace };
}

function record(label: string): Process {
  return new Process({ name: "body" }, label, BAND.normal, new Mailbox());
}
