import * as assert from "uvu/assert";
import { SpinBudget } from "../../../runtime/time/spin-budget.ts";
import { SpinPark } from "../../../runtime/time/spin-park.ts";
import { SpinPlaces, SpinShares } from "../../../runtime/time/spin-shares.ts";
import { spec } from "../../harness/spec.ts";
import { ScriptedBell } from "./scripted-bell.ts";

/** A park whose sleeps end `lateUs` late, and what it costs. */
function bench(lateUs: () => number, places = new SpinPlaces(2)) {
  const bell = new ScriptedBell(lateUs);
  const shares = new SpinShares(places.take()!);
  const budget = new SpinBudget(shares, 0);
  let spunUs = 0;
  const counted = {
    leftUs: (atUs: number) => budget.leftUs(atUs),
    spent: (us: number, nowUs: number) => {
      spunUs += us;
      budget.spent(us, nowUs);
    },
  } as SpinBudget;
  const park = new SpinPark(bell, bell.clock, counted);
  /** Parks until `count` releases, `periodUs` apart; how late each was met. */
  const releases = (count: number, periodUs: number) => {
    const firstUs = (Math.floor(bell.nowUs / periodUs) + 1) * periodUs;
    return Array.from({ length: count }, (_, n) => {
      const releaseUs = firstUs + n * periodUs;
      park.until(releaseUs, bell.read());
      return bell.nowUs - releaseUs;
    });
  };
  return { bell, park, releases, spun: () => spunUs };
}

/** The same numbers every time, from 0 to 1 (Lehmer's generator, Park and Miller 1988). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const late = (lateness: readonly number[], us: number) => lateness.filter((one) => one > us).length;

spec("a thread whose sleeps end late by less than the lead meets every release", () => {
  const { releases } = bench(() => 30);
  assert.is(late(releases(1000, 1000), 1), 0);
});

spec("the lead grows until the sleeps of this thread end in time", () => {
  const { releases, park } = bench(() => 85);
  const lateness = releases(200, 1000);
  assert.ok(late(lateness, 1) <= 10, `${late(lateness, 1)} releases late on the way`);
  assert.is(late(lateness.slice(20), 1), 0);
  assert.ok(park.leadUs >= 80 && park.leadUs <= 95, `lead ${park.leadUs}`);
});

spec("three sleeps in a thousand are late when they scatter", () => {
  const number = random(7);
  const { releases } = bench(() => 10 + 60 * number());
  releases(5000, 1000);
  const share = late(releases(20_000, 1000), 1) / 20_000;
  assert.ok(share > 0.0015 && share < 0.006, `${share}`);
});

spec("a stall of 20 ms costs one release and moves the lead by one step", () => {
  let stallUs = 0;
  const { releases, park } = bench(() => 20 + stallUs);
  releases(2000, 1000);
  const before = park.leadUs;
  stallUs = 20_000;
  releases(1, 50_000);
  stallUs = 0;
  assert.ok(park.leadUs - before <= 10, `from ${before} to ${park.leadUs}`);
  assert.is(late(releases(100, 1000), 1), 0);
});

spec("when the machine is quiet again the lead comes down", () => {
  let lateUs = 90;
  const { releases, park } = bench(() => lateUs);
  releases(100, 1000);
  assert.ok(park.leadUs > 80);
  lateUs = 10;
  releases(20_000, 1000);
  assert.ok(park.leadUs < 25, `lead ${park.leadUs}`);
});

spec("no more than a tenth of a core is spun, whatever the sleeps do", () => {
  const number = random(3);
  // Every other sleep is far too late, so the lead grows to its bound, and the others spin all of it.
  const { bell, releases, spun } = bench(() => (number() < 0.5 ? 600 : 0));
  releases(20_000, 1000);
  assert.ok(spun() <= 0.1 * bell.nowUs + 10_000, `${((spun() / bell.nowUs) * 100).toFixed(1)} %`);
  assert.ok(spun() > 0.05 * bell.nowUs);
});

spec("several cells together spin no more than a fifth of a core", () => {
  const places = new SpinPlaces(4);
  const number = random(5);
  // One sleep in thirty is late, which keeps the leads long: together they would spin half a core.
  const cells = Array.from({ length: 8 }, () => bench(() => (number() < 0.03 ? 90 : 0), places));
  for (let ms = 1; ms <= 5000; ms++) {
    for (const { bell, park } of cells) {
      bell.busyUntil((ms - 1) * 1000 + 1);
      park.until(ms * 1000, bell.read());
    }
  }
  const spunUs = cells.reduce((sum, { spun }) => sum + spun(), 0);
  assert.ok(spunUs <= 0.2 * 5_000_000 * 1.02, `${spunUs / 50_000} %`);
  assert.ok(spunUs > 0.15 * 5_000_000, `${spunUs / 50_000} %`);
});

spec("a release that only sleeps could meet is met by sleeping when the budget is spent", () => {
  const places = new SpinPlaces(2);
  const other = new SpinShares(places.take()!);
  const { bell, park, spun } = bench(() => 30, places);
  other.spent(20_000, 400_000);
  park.until(500_000, bell.read());
  assert.is(spun(), 0);
  assert.ok(bell.nowUs >= 500_000 && bell.nowUs < 500_031, `${bell.nowUs}`);
});

spec("a ring ends the sleep and the spin, and is no measure of how late sleeps are", () => {
  const { bell, park } = bench(() => 0);
  bell.ringAt(300, 990);
  park.until(1000, bell.read());
  assert.ok(bell.nowUs < 301, "in its sleep");
  assert.is(park.leadUs, 50);
  park.until(1000, bell.read());
  assert.ok(bell.nowUs >= 990 && bell.nowUs < 991, "while it spins");
  park.until(1000, 0);
  assert.ok(bell.nowUs < 992, "a bell that has rung already");
  assert.equal(bell.sleepsUs.length, 2);
});

spec("a wait that only the bell can end does not spin", () => {
  const { bell, park, spun } = bench(() => 0);
  bell.ringAt(5000);
  park.until(Number.POSITIVE_INFINITY, bell.read());
  assert.is(spun(), 0);
  assert.equal(bell.sleepsUs, [Number.POSITIVE_INFINITY]);
});

spec("the same script gives the same lateness", () => {
  const run = () => {
    const number = random(11);
    return bench(() => 100 * number() ** 4).releases(3000, 1000);
  };
  assert.equal(run(), run());
});
