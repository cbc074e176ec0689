import * as assert from "uvu/assert";
import { VirtualClock } from "../../../runtime/time/virtual-clock.ts";
import { spec } from "../../harness/spec.ts";

spec("a virtual clock stands still until it is turned", () => {
  const clock = new VirtualClock();
  assert.is(clock.now(), 0);
  clock.advanceTo(1500.5);
  assert.is(clock.now(), 1500.5);
  clock.advanceTo(1500.5);
  assert.is(clock.now(), 1500.5);
});

spec("a virtual clock can start anywhere", () => {
  assert.is(new VirtualClock(5_000_000).now(), 5_000_000);
});

spec("a virtual clock refuses to go back, to the end of time, and nowhere", () => {
  const clock = new VirtualClock(100);
  for (const us of [99, -1, Number.POSITIVE_INFINITY, Number.NaN]) {
    assert.throws(() => clock.advanceTo(us), /a virtual clock at 100 us cannot go to/, String(us));
  }
  assert.is(clock.now(), 100);
});
