import fc from "fast-check";
import * as assert from "uvu/assert";
import { ClockFilter } from "../../../runtime/boards/clock-filter.ts";
import { spec } from "../../harness/spec.ts";
import { TwoBoards } from "./two-boards.ts";

/** A beat that took so long each way, at a time, between clocks that are so far apart. */
function sample(atMs: number, thereMs: number, backMs: number, aheadMs: number) {
  const ourWallMs = 1_700_000_000_000 + atMs;
  return {
    roundTripUs: (thereMs + backMs) * 1000,
    theirWallMs: ourWallMs - backMs + aheadMs,
    ourWallMs,
    theirUs: (atMs - backMs + 77) * 1000,
    ourUs: atMs * 1000,
  };
}

spec("nothing is said before a beat was answered, nor while a clock is not set", () => {
  const filter = new ClockFilter();
  assert.is(filter.estimate, undefined);
  filter.add({ ...sample(0, 5, 5, 100), theirWallMs: Number.NaN });
  assert.is(filter.estimate, undefined);
  filter.add(sample(2000, 5, 5, 100));
  assert.equal(filter.estimate, { aheadMs: 100, errorMs: 5 });
  filter.add({ ...sample(4000, 5, 5, 100), ourWallMs: Number.NaN });
  assert.is(filter.estimate, undefined);
});

spec("the shortest way of eight counts: what stood in a queue on one way does not move the estimate", () => {
  const filter = new ClockFilter();
  filter.add(sample(0, 2, 2, 100));
  for (let n = 1; n <= 7; n++) {
    filter.add(sample(n * 2000, 2, 300, 100));
    assert.equal(filter.estimate, { aheadMs: 100, errorMs: 2 });
  }
  // The ninth pushes the first out.
  filter.add(sample(16_000, 2, 300, 100));
  assert.is(filter.estimate?.errorMs, 151);
});

spec("the estimate is never wrong by more than it says, whatever the ways take", () => {
  const ms = fc.double({ min: 0, max: 5000, noNaN: true });
  const ways = fc.array(fc.tuple(ms, ms), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(ways, fc.integer({ min: -1e9, max: 1e9 }), (all, aheadMs) => {
      const filter = new ClockFilter();
      for (const [n, [there, back]] of all.entries()) {
        filter.add(sample(n * 10_000, there, back, aheadMs));
        const { aheadMs: said, errorMs } = filter.estimate!;
        assert.ok(Math.abs(said - aheadMs) <= errorMs + 0.01, `${said} ± ${errorMs}, and not ${aheadMs}`);
      }
    }),
  );
});

spec("a clock that is set, here or there, is seen by the next beat", () => {
  for (const [theirMs, ourMs] of [
    [5000, 0],
    [0, -5000],
  ] as const) {
    const filter = new ClockFilter();
    for (let n = 0; n < 8; n++) filter.add(sample(n * 2000, 1, 1, 0));
    const next = sample(16_000, 20, 20, 0);
    const { theirWallMs, ourWallMs } = next;
    filter.add({ ...next, theirWallMs: theirWallMs + theirMs, ourWallMs: ourWallMs + ourMs });
    assert.equal(filter.estimate, { aheadMs: 5000, errorMs: 20 });
  }
});

spec("two boards over a link with queues know how far apart their clocks are", () => {
  const net = new TwoBoards();
  net.aheadMs.pumphouse = 1234;
  let count = 0;
  // Three of four beats of the pump house stand in a queue.
  net.fate = (from) => [from === "pumphouse" && ++count % 4 !== 0 ? 320 : 20];
  net.meet();
  net.pass(20_000);
  for (let s = 0; s < 20; s++) {
    net.pass(1000);
    const { session } = net.greenhouse.link;
    assert.ok(Math.abs(session!.clock!.aheadMs - 1234) < 1, `${session!.clock?.aheadMs}`);
    assert.ok(Math.abs(net.pumphouse.link.session!.clock!.aheadMs + 1234) < 1);
  }
  net.aheadMs.pumphouse = 0;
  net.pass(5000);
  assert.ok(Math.abs(net.greenhouse.link.session!.clock!.aheadMs) <= 160);
});
