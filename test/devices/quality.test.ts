import * as assert from "uvu/assert";
import { judge, type QualityRule, worst } from "../../devices/quality.ts";
import { spec } from "../harness/spec.ts";

const RULE: QualityRule = { min: -40, max: 85, staleAfterMs: 3000, maxPerSecond: 0.5, jitter: 0.1 };
const SECOND = 1_000_000;
const at = (seconds: number, value: number | undefined) => ({ value, atUs: seconds * SECOND });

spec("a fresh, possible, plausible value is good", () => {
  assert.equal(judge(at(1, 21.2), at(0, 21), RULE, 1 * SECOND), {
    quality: "good",
    reason: { code: "plausible" },
  });
});

spec("the first value is good without a rate", () => {
  assert.is(judge(at(0, 21), undefined, RULE, 0).quality, "good");
});

spec("no value is bad", () => {
  for (const value of [undefined, Number.NaN])
    assert.equal(judge(at(0, value), undefined, RULE, 0), { quality: "bad", reason: { code: "absent" } });
});

spec("a value outside the operating range is bad, its limits are not", () => {
  assert.is(judge(at(0, -40), undefined, RULE, 0).quality, "good");
  assert.is(judge(at(0, 85), undefined, RULE, 0).quality, "good");
  assert.equal(judge(at(0, 85.01), undefined, RULE, 0), {
    quality: "bad",
    reason: { code: "out_of_range", value: 85.01, min: -40, max: 85 },
  });
  assert.is(judge(at(0, Number.POSITIVE_INFINITY), undefined, RULE, 0).quality, "bad");
});

spec("a value older than its limit is stale, at the limit it is not", () => {
  assert.is(judge(at(0, 21), undefined, RULE, 3 * SECOND).quality, "good");
  assert.equal(judge(at(0, 21), undefined, RULE, 3.5 * SECOND), {
    quality: "stale",
    reason: { code: "too_old", ageMs: 3500, limitMs: 3000 },
  });
});

spec("a change faster than the world is suspect", () => {
  assert.equal(judge(at(2, 31), at(0, 21), RULE, 2 * SECOND), {
    quality: "suspect",
    reason: { code: "too_fast", perSecond: 5, limitPerSecond: 0.5 },
  });
});

spec("noise is allowed even over a very short time", () => {
  assert.is(judge(at(0.01, 21.1), at(0, 21), RULE, SECOND).quality, "good");
  assert.is(judge(at(0.01, 21.2), at(0, 21), RULE, SECOND).quality, "suspect");
});

spec("a true step is suspect once, a spike on its way out and back", () => {
  const qualities = (values: readonly number[]) =>
    values.map(
      (value, i) =>
        judge(at(i, value), i === 0 ? undefined : at(i - 1, values[i - 1]), RULE, i * SECOND).quality,
    );
  assert.equal(qualities([21, 31, 31, 31]), ["good", "suspect", "good", "good"]);
  assert.equal(qualities([21, 60, 21, 21]), ["good", "suspect", "suspect", "good"]);
});

spec("after an absent value, or without a rate limit, the rate is not judged", () => {
  assert.is(judge(at(1, 60), at(0, undefined), RULE, SECOND).quality, "good");
  assert.is(judge(at(1, 60), at(0, 0), { min: -40, max: 85, staleAfterMs: 3000 }, SECOND).quality, "good");
});

spec("the worst of several is the least trustworthy", () => {
  assert.is(worst(), "good");
  assert.is(worst("good", "suspect"), "suspect");
  assert.is(worst("stale", "suspect", "good"), "stale");
  assert.is(worst("stale", "bad"), "bad");
});
