import fc from "fast-check";
import * as assert from "uvu/assert";
import { BAR_EDGES_US, Histogram } from "../../../runtime/time/histogram.ts";
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

/** From single microseconds to beyond an hour, as many short as long ones. */
const durations = fc.array(
  fc.oneof(
    fc.integer({ min: 1, max: 200 }),
    fc.double({ min: 0, max: 32, noNaN: true }).map((doublings) => 2 ** doublings),
    fc.double({ min: 1, max: 4e9, noNaN: true }),
  ),
  { minLength: 1, maxLength: 300, size: "max" },
);

spec("nothing recorded is all zero", () => {
  assert.equal(new Histogram().quantiles(), { count: 0, sum: 0, p50: 0, p90: 0, p99: 0, max: 0, bars: [] });
  assert.is(new Histogram().count, 0);
});

spec("a quantile is never below that of a sorted list, and at most 1/64 or a microsecond above", () => {
  fc.assert(
    fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
      const truth = exact(
        values.toSorted((a, b) => a - b),
        q,
      );
      const found = histogramOf(values).quantile(q);
      assert.ok(
        found >= truth && (found <= truth * (1 + 1 / 64) || found - truth <= 1),
        `${found} for ${truth}`,
      );
    }),
    { numRuns: 500 },
  );
});

spec("the report holds the same quantiles as are asked for one by one, rounded", () => {
  fc.assert(
    fc.property(durations, (values) => {
      const histogram = histogramOf(values);
      const { p50, p90, p99 } = histogram.quantiles();
      assert.equal(
        [p50, p90, p99],
        [0.5, 0.9, 0.99].map((q) => Math.round(histogram.quantile(q))),
      );
    }),
  );
});

spec("whole microseconds up to 128 are told exactly", () => {
  for (let us = 1; us <= 128; us++) assert.is(histogramOf([us, 1e6]).quantile(0.5), us);
});

spec("bars are what a list counts between their edges, the upper one included, and sum is its sum", () => {
  const onEdges = fc.array(fc.constantFrom(...BAR_EDGES_US, 1, 1e7), { maxLength: 20 });
  fc.assert(
    fc.property(durations, onEdges, (some, edges) => {
      const values = [...some, ...edges];
      const { bars, sum, count } = histogramOf(values).quantiles();
      const counted = [...BAR_EDGES_US, Number.POSITIVE_INFINITY].map(
        (edge, at) => values.filter((us) => us <= edge && us > (BAR_EDGES_US[at - 1] ?? 0)).length,
      );
      while (counted.at(-1) === 0) counted.pop();
      assert.equal(bars, counted);
      assert.is(count, values.length);
      const truth = values.reduce((total, us) => total + us, 0);
      assert.ok(Math.abs(sum - truth) <= 1, `${sum} for ${truth}`);
    }),
    { numRuns: 300 },
  );
});

spec("the edges of bars double from 2 us to 8.4 s", () => {
  assert.equal(
    [BAR_EDGES_US.length, BAR_EDGES_US[0], BAR_EDGES_US[1], BAR_EDGES_US.at(-1)],
    [23, 2, 4, 2 ** 23],
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
  assert.equal(histogram.quantiles().max, 1);
  assert.equal(histogram.quantiles().bars, [3]);
});

spec("beyond 71 minutes a duration is counted, and the largest is still told", () => {
  const histogram = histogramOf([1, 2 ** 33]);
  assert.is(histogram.count, 2);
  assert.is(histogram.quantiles().max, 2 ** 33);
  assert.is(histogram.quantile(0.99), 2 ** 33);
  assert.is(histogram.quantile(0.5), 1);
});

spec("one in a hundred is seen in p99, one in a thousand only in max", () => {
  const values = Array.from({ length: 1000 }, (_, index) => (index < 10 ? 5000 : 100));
  const { p50, p90, p99, max } = histogramOf([...values, 90_000]).quantiles();
  assert.equal([p50, p90], [100, 100]);
  assert.ok(p99 >= 5000 && p99 <= 5079, `p99 ${p99}`);
  assert.is(max, 90_000);
});

spec("cleared it is as new", () => {
  const histogram = histogramOf([5, 5000, 2 ** 31]);
  histogram.clear();
  assert.equal(histogram.quantiles(), new Histogram().quantiles());
  histogram.record(7);
  assert.equal(histogram.quantiles(), histogramOf([7]).quantiles());
});
