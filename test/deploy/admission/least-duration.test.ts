import * as assert from "uvu/assert";
import { leastDuration } from "../../../deploy/admission/least-duration.ts";
import { durationMs } from "../../../devices/field.ts";
import { spec } from "../../harness/spec.ts";

/** From `from` up to `to`, ms, the least that is at least `needed`. */
function least(from: number, to: number, needed: number): string | undefined {
  return leastDuration(from, to, (text) => durationMs(text) >= needed);
}

spec("the least duration has two digits and one unit", () => {
  assert.is(least(100, 10_000, 123), "130ms");
  assert.is(least(5, 100, 8.75), "8.8ms");
  assert.is(least(100, 100_000, 950), "950ms");
  assert.is(least(100, 100_000, 991), "1s");
  assert.is(least(1000, 86_400_000, 61_000), "2m");
  assert.is(least(1000, 86_400_000, 86_000_000), "1d");
});

spec("it is longer than what is there, and may be the longest that is allowed", () => {
  assert.is(least(20, 400, 1), "21ms");
  assert.is(least(20, 123, 121), "123ms");
});

spec("there is none when even the longest will not do, or nothing is longer", () => {
  assert.is(least(20, 100, 101), undefined);
  assert.is(least(100, 100, 1), undefined);
});
