import fc from "fast-check";
import * as assert from "uvu/assert";
import { Histogram } from "../../../runtime/time/histogram.ts";
import { spec } from "../../harness/spec.ts";

/** The value at the quantile of a sorted list: the least that at least `q` of all do not exceed. */
function exact(sorted: readonly number[], q: number): number {
  return sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1]!;
}

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

spec("nothing recorded is all zero", () => {
  assert.equal(new Histogram().quantiles(), { p50: 0, p99: 0, max: 0 });
  assert.is(new Histogram().count, 0);
});

spec("a quantile is never below that of a sorted list, and at most 9.1 % above", () => {
  // 8 buckets for a doubling: an edge is 2^(1/8) = 1.0905 times the one before.
  const durations = fc.array(
    fc.oneof(fc.integer({ min: 1, max: 100 }), fc.double({ min: 1, max: 4e9, noNaN: true })),
    {
      minLength: 1,
      maxLength: 300,
      size: "max",
    },
  );
  fc.assert(
    fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
      const truth = exact(
        values.toSorted((a, b) => a - b),
        q,
      );
      const found = histogramOf(values).quantile(q);
      assert.ok(
        found >= truth * (1 - 1e-12) && found <= truth * 2 ** (1 / 8) * (1 + 1e-12),
        `${found} for ${truth}`,
      );
    }),
    { numRuns: 500 },
  );
});

spec("the largest is exact, and no quantile is above it", () => {
  const histogram = histogramOf([3, 1000, 17, 1000.4]);
  assert.is(histogram.quantile(1), 1000.4);
  assert.equal(histogram.quantiles().max, 1000);
  assert.is(histogram.count, 4);
});

spec("less than a microsecond, and less than nothing, count as the first bucket", () => {
  const histogram = histogramOf([-5, 0, 0.5]);
  assert.is(histogram.count, 3);
  assert.ok(histogram.quantile(0.5) <= 1);
  assert.is(histogram.quantiles().max, 1);
});

spec("beyond 71 minutes a duration is counted, and the largest is still told", () => {
  const histogram = histogramOf([1, 2 ** 33]);
  assert.is(histogram.count, 2);
  assert.is(histogram.quantiles().max, 2 ** 33);
  assert.ok(histogram.quantile(0.5) <= 2 ** (1 / 8));
});

spec("one in a hundred is seen in p99, one in a thousand only in max", () => {
  const values = Array.from({ length: 1000 }, (_, index) => (index < 10 ? 5000 : 100));
  const { p50, p99, max } = histogramOf([...values, 90_000]).quantiles();
  assert.ok(p50 >= 100 && p50 <= 110, `p50 ${p50}`);
  assert.ok(p99 >= 5000 && p99 <= 5454, `p99 ${p99}`);
  assert.is(max, 90_000);
});
