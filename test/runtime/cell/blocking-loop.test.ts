import * as assert from "uvu/assert";
import { runBlocking } from "../../../runtime/cell/blocking-loop.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { AtomicsBell } from "../../../runtime/time/atomics-bell.ts";
import { SleepPark } from "../../../runtime/time/sleep-park.ts";
import { VirtualPark } from "../../../runtime/time/virtual-park.ts";
import { spec } from "../../harness/spec.ts";
import { handCell } from "../process/hand-cell.ts";

spec("a turn that left frames behind is followed by another, not by sleep", () => {
  const { cell, clock } = handCell();
  const pid = cell.spawn(function* reader(self: Self<string>) {
    yield* self.receive((message) => message === "last");
  }, []);
  // Three turns' worth arrived before the first look; nobody will ring again, and no timer runs.
  const turns = [["a", "b"], ["c", "d"], ["last"]];
  let taken = 0;
  const bell = new AtomicsBell(new Int32Array(new SharedArrayBuffer(4)));
  runBlocking({
    cell,
    bell,
    park: new SleepPark(bell, clock),
    drain() {
      for (const message of turns.shift() ?? []) cell.post(pid, message);
      taken++;
      return turns.length > 0;
    },
    over: () => cell.processCount === 0,
  });
  assert.is(taken, 3);
});

spec("a ring between the look at the ports and the wait is not slept through", () => {
  const { cell, clock } = handCell();
  const word = new Int32Array(new SharedArrayBuffer(4));
  const bell = new AtomicsBell(word);
  const pid = cell.spawn(function* reader(self: Self<string>) {
    yield* self.receive();
  }, []);
  let looks = 0;
  runBlocking({
    cell,
    bell,
    park: new SleepPark(bell, clock),
    drain() {
      // Arrives just after the ports were looked at: only the bell knows.
      if (looks++ === 0) Atomics.add(word, 0, 1);
      else cell.post(pid, "there");
      return false;
    },
    over: () => cell.processCount === 0,
  });
  assert.is(looks, 2);
});

spec("ports are left alone when only a timer came due", () => {
  const { cell, clock } = handCell();
  cell.spawn(function* ticks(self: Self<string>) {
    for (let n = 0; n < 10; n++) yield* self.receive([], { within: 1 });
  }, []);
  let rings = 0;
  let looks = 0;
  const bell = { read: () => rings };
  runBlocking({
    cell,
    bell,
    park: new VirtualPark(bell, clock),
    drain() {
      looks++;
      return false;
    },
    over() {
      if (clock.now() === 5000) rings = 1;
      return cell.processCount === 0;
    },
  });
  assert.is(clock.now(), 10_000);
  assert.is(looks, 2, "at the start, and when it rang");
});
