import * as assert from "uvu/assert";
import { runBlocking } from "../../../runtime/cell/blocking-loop.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { VirtualPark } from "../../../runtime/time/virtual-park.ts";
import { spec } from "../../harness/spec.ts";
import { handCell } from "../process/hand-cell.ts";

spec("under virtual time the loop of a blocking cell meets every release to the microsecond", () => {
  const { cell, clock } = handCell();
  const metUs: number[] = [];
  cell.spawn(function* job(self: Self<never>) {
    for (let n = 1; n <= 1000; n++) {
      yield* self.receive([], { within: n - self.nowUs() / 1000 });
      metUs.push(self.nowUs());
    }
  }, []);
  const bell = { read: () => 0 };
  runBlocking({
    cell,
    bell,
    park: new VirtualPark(bell, clock),
    drain: () => false,
    over: () => cell.processCount === 0,
  });
  assert.equal(
    metUs,
    Array.from({ length: 1000 }, (_, n) => (n + 1) * 1000),
  );
});

spec("a bell that has rung lets no time pass", () => {
  const { clock } = handCell();
  let rings = 0;
  const park = new VirtualPark({ read: () => rings }, clock);
  park.until(500, 0);
  assert.is(clock.now(), 500);
  rings = 1;
  park.until(900, 0);
  assert.is(clock.now(), 500);
  park.until(400, 1);
  assert.is(clock.now(), 500, "a time that has passed");
});

spec("a wait that nothing can end is an error, not a hang", () => {
  const { clock } = handCell();
  const park = new VirtualPark({ read: () => 0 }, clock);
  assert.throws(() => park.until(Number.POSITIVE_INFINITY, 0), /waits for ever/);
});
