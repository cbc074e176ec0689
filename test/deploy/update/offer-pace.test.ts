import { equal, is } from "uvu/assert";
import { OfferPace } from "../../../deploy/update/offer-pace.ts";
import { spec } from "../../harness/spec.ts";

const [ONE, OTHER] = ["aa".repeat(16), "bb".repeat(16)];

/** A release that fails as soon as it is taken, so many times; when each try was, s. */
function failing(tries: number): number[] {
  const pace = new OfferPace();
  let nowMs = 1_000_000;
  return Array.from({ length: tries }, () => {
    nowMs += pace.waitMs(ONE, nowMs);
    pace.begun(ONE, nowMs);
    pace.failed(nowMs);
    return (nowMs - 1_000_000) / 1000;
  });
}

spec("three tries wait for nothing, the next ones twice as long each time, up to ten minutes", () => {
  equal(failing(11), [0, 0, 0, 10, 30, 70, 150, 310, 630, 1230, 1830]);
});

spec("it waits from the end of the try, not from its beginning", () => {
  const pace = new OfferPace();
  for (const atMs of [0, 0, 0]) pace.begun(ONE, atMs);
  pace.failed(5000);
  is(pace.waitMs(ONE, 6000), 9000);
});

spec("another release never waits, nor one that came further", () => {
  const pace = new OfferPace();
  for (const atMs of [0, 0, 0]) pace.begun(ONE, atMs);
  equal([pace.waitMs(OTHER, 0), pace.waitMs(ONE, 0), pace.tries], [0, 10_000, 3]);
  pace.forgive();
  is(pace.waitMs(ONE, 0), 0);
});
