import * as assert from "uvu/assert";
import { SpinPlaces, SpinShares, WINDOW_US } from "../../../runtime/time/spin-shares.ts";
import { spec } from "../../harness/spec.ts";

spec("what one cell spun is missing for the others, in that window only", () => {
  const places = new SpinPlaces(4);
  const [a, b] = [new SpinShares(places.take()!), new SpinShares(places.take()!)];
  assert.is(b.leftUs(0), 20_000);
  a.spent(1500, 10);
  a.spent(500.2, 20);
  assert.is(a.leftUs(30), 17_999);
  assert.is(b.leftUs(30), 17_999);
  b.spent(30_000, 40);
  assert.is(a.leftUs(50), 0);
  assert.is(a.leftUs(WINDOW_US), 20_000);
});

spec("a word counts in its own window, also where its number begins anew", () => {
  const [a] = [new SpinShares(new SpinPlaces(2).take()!)];
  const lastUs = 4095 * WINDOW_US;
  a.spent(700, lastUs);
  assert.is(a.leftUs(lastUs), 19_300);
  assert.is(a.leftUs(lastUs + WINDOW_US), 20_000);
  a.spent(2 ** 21, lastUs + WINDOW_US);
  assert.is(a.leftUs(lastUs + WINDOW_US), 0, "a spin longer than a word can say is not forgotten");
  assert.is(a.leftUs(lastUs + 2 * WINDOW_US), 20_000);
});

spec("places are given once, and again when their thread has ended", () => {
  const places = new SpinPlaces(2);
  const taken = Array.from({ length: 32 }, () => places.take()!);
  assert.is(new Set(taken.map(({ place }) => place)).size, 32);
  assert.is(places.take(), undefined);
  places.give(taken[5]!);
  assert.is(places.take()!.place, taken[5]!.place);
});

spec("on one core nobody spins", () => {
  assert.is(new SpinPlaces(1).take(), undefined);
});
