import * as assert from "uvu/assert";
import type { Self } from "../../../runtime/process/self.ts";
import { spec } from "../../harness/spec.ts";
import { handCell } from "./hand-cell.ts";
import { hands } from "./hands.ts";
import { PLACES, twoCells } from "./places.ts";

spec("messages sent for later come in the order of their times, whatever order they were started in", () => {
  const place = PLACES[0]!.make();
  const a = hands(place, "here");
  a.do((self) => {
    for (const [ms, text] of [
      [5000, "last"],
      [0, "a0"],
      [200, "a2"],
      [100, "a1"],
      [100.5, "a1b"],
      [101, "a1c"],
    ] as const)
      self.sendAfter(ms, self.pid, text);
  });
  place.pass(5000);
  assert.equal(a.heard, ["a0", "a1", "a1b", "a1c", "a2", "last"]);
});

spec("a timer is cancelled once; one that fired, was cancelled, or never was, is not", () => {
  const place = PLACES[0]!.make();
  const a = hands(place, "here");
  const answers: boolean[] = [];
  let handle = 0;
  a.do((self) => {
    handle = self.sendAfter(1000, self.pid, "never");
    answers.push(self.cancel(handle), self.cancel(handle));
    handle = self.sendAfter(10, self.pid, "plopp");
  });
  place.pass(10);
  a.do((self) => answers.push(self.cancel(handle), self.cancel(0), self.cancel(4711), self.cancel(-1)));
  a.do((self) => answers.push(self.cancel(Number.NaN), self.cancel("a" as never)));
  place.pass(5000);
  assert.equal(answers, [true, false, false, false, false, false, false, false]);
  assert.equal(a.heard, ["plopp"]);
});

spec("a timer of 68 years runs, and is cancelled", () => {
  const place = PLACES[0]!.make();
  const a = hands(place, "here");
  let handle = 0;
  a.do((self) => (handle = self.sendAfter(2 ** 31 * 1000, self.pid, "hej")));
  place.pass(200);
  assert.is(place.here.timerCount, 1);
  a.do((self) => assert.ok(self.cancel(handle)));
  assert.is(place.here.timerCount, 0);
});

spec("a time that is no number is refused at the caller; one in the past is now", () => {
  const place = PLACES[0]!.make();
  const a = hands(place, "here");
  a.do((self) => {
    for (const ms of [Number.NaN, Number.POSITIVE_INFINITY, "a" as never, undefined as never])
      assert.throws(() => self.sendAfter(ms, self.pid, "x"), `${ms}`);
    self.sendAfter(-4, self.pid, "late");
  });
  place.pass(1);
  assert.equal(a.heard, ["late"]);
  assert.is(place.here.timerCount, 0);
});

spec("what is sent later is what was said when the timer was started", () => {
  const { cell, trace, until } = handCell();
  cell.spawn(function* evil(self: Self<{ list: number[]; bytes: Uint8Array; self: unknown }>) {
    const message = { list: [1], bytes: new Uint8Array(100_000).fill(7), self: self.pid };
    for (let n = 0; n < 200; n++) self.sendAfter(n, self.pid, message);
    message.list.push(2);
    message.bytes.fill(0);
    for (let n = 0; n < 200; n++) {
      const got = (yield* self.receive()) as typeof message;
      if (got.list.length !== 1 || got.bytes[99_999] !== 7 || got.self !== self.pid) trace.push(`bad ${n}`);
    }
    trace.push("all");
  }, []);
  until(300);
  assert.equal(trace, ["all"]);
});

spec("a timer finds a name when it fires, not when it starts", () => {
  const place = PLACES[0]!.make();
  const [a, b] = [hands(place, "here"), hands(place, "here")];
  a.do((self) => {
    self.cancel(self.sendAfter(10, "jeeves", "cancelled"));
    self.sendAfter(5, "jeeves", "nobody has it yet");
    self.sendAfter(20, "jeeves", "hej");
  });
  place.pass(10);
  assert.is(place.here.counts.dead, 1);
  b.do((self) => self.register("jeeves"));
  place.pass(10);
  assert.equal(b.heard, ["hej"]);
});

spec("a timer for a process that is gone leaves nothing behind; so does one for another cell's", () => {
  const place = twoCells();
  const [a, dead, far] = [hands(place, "here"), hands(place, "here"), hands(place, "there")];
  dead.do((self) => self.kill(self.pid));
  a.do((self) => {
    self.sendAfter(10, dead.pid, "hej");
    self.sendAfter(10, place.across(far.pid), "over there");
  });
  place.pass(20);
  assert.equal(far.heard, ["over there"]);
  assert.is(place.here.timerCount, 0);
  assert.is(place.here.counts.dead, 1);
});

spec(
  "a thousand timers of one moment all fire, in order; cancelled at that moment each fires or is cancelled",
  () => {
    const { cell, trace, until } = handCell({ mailboxCapacity: 2000 });
    cell.spawn(function* many(self: Self<number>) {
      const handles = Array.from({ length: 1000 }, (_, n) => self.sendAfter(10, self.pid, n));
      for (let n = 0; n < 1000; n++) if ((yield* self.receive()) !== n) trace.push(`not ${n}`);
      trace.push(`${handles.filter((handle) => self.cancel(handle)).length} were left`);
      const again = Array.from({ length: 1000 }, (_, n) => self.sendAfter(10, self.pid, n));
      let fired = 0;
      // It handles the first when all of them have fired: none can be cancelled any more.
      yield* self.receive();
      const cancelled = again.filter((handle) => self.cancel(handle)).length;
      while ((yield* self.receive(undefined, { within: 0 })) !== undefined) fired++;
      trace.push(`${fired + 1} fired, ${cancelled} cancelled`);
    }, []);
    until(100);
    assert.equal(trace, ["0 were left", "1000 fired, 0 cancelled"]);
    assert.is(cell.timerCount, 0);
  },
);

spec("a process with a thousand timers takes them along", () => {
  const place = PLACES[0]!.make();
  const a = hands(place, "here");
  a.do((self) => {
    for (let n = 0; n < 1000; n++) self.sendAfter(n * 10 + 1, self.pid, "hej");
  });
  assert.is(place.here.timerCount, 1000);
  a.do((self) => self.kill(self.pid));
  assert.is(place.here.timerCount, 0);
  place.pass(20_000);
  assert.is(place.here.counts.dead, 0);
});
