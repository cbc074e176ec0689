import fc from "fast-check";
import * as assert from "uvu/assert";
import { Histogram } from "../../../runtime/time/histogram.ts";
import { MovingHistogram } from "../../../runtime/time/moving-histogram.ts";
import { spec } from "../../harness/spec.ts";

const S = 1_000_000;

spec("all is what one histogram would tell; recent is all while half a minute has not passed", () => {
  const moving = new MovingHistogram();
  const one = new Histogram();
  for (let n = 0; n < 29; n++) {
    moving.record(n * 100, n * S);
    one.record(n * 100);
  }
  const { recent, ...all } = moving.quantiles(29 * S);
  assert.equal(all, one.quantiles());
  assert.equal(recent, all);
  assert.is(moving.count, 29);
});

spec("what was slow is no more recent a minute later, and not forgotten", () => {
  const moving = new MovingHistogram();
  moving.record(500_000, 0);
  const maxima: number[] = [];
  for (let s = 10; s <= 100; s += 10) {
    moving.record(100, s * S);
    maxima.push(moving.quantiles(s * S).recent.max);
  }
  assert.equal(maxima, [500_000, 500_000, 500_000, 500_000, 500_000, 100, 100, 100, 100, 100]);
  assert.is(moving.quantiles(100 * S).max, 500_000);
});

spec("who does not say when is told as of the last record", () => {
  const moving = new MovingHistogram();
  assert.is(moving.quantiles().recent.count, 0);
  moving.record(1, 0);
  assert.is(moving.quantiles().recent.count, 1);
  moving.record(2, 3600 * S);
  assert.equal(moving.quantiles(), moving.quantiles(3600 * S));
  assert.is(moving.quantiles().recent.count, 1);
});

spec("after a pause only what came after it is recent", () => {
  const moving = new MovingHistogram();
  moving.record(1, 0);
  moving.record(2, 3600 * S);
  assert.equal(moving.quantiles(3600 * S).recent.count, 1);
  assert.equal(moving.quantiles(3600 * S + 59 * S).recent.count, 1);
  assert.equal(moving.quantiles(7200 * S).recent.count, 0);
  assert.equal(moving.quantiles(7200 * S).count, 2);
});

spec("recent holds everything of the last 30 s and nothing older than 60, whenever it is looked at", () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 40 * S }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(gaps, fc.integer({ min: 0, max: 90 * S }), (all, lookAfterUs) => {
      const moving = new MovingHistogram();
      const times: number[] = [];
      let us = 0;
      for (const gap of all) {
        us += gap;
        times.push(us);
        moving.record(1, us);
      }
      us += lookAfterUs;
      const { recent, count } = moving.quantiles(us);
      const within = (span: number) => times.filter((at) => us - at < span * S).length;
      assert.is(count, times.length);
      assert.ok(recent.count >= within(30) && recent.count <= times.filter((at) => us - at <= 60 * S).length);
    }),
  );
});
