import assert from "node:assert/strict";
import { timingDocument } from "../../deploy/board/job-report.ts";
import {
  latenessBars,
  latenessWords,
  missWords,
  placeOf,
  timingRows,
  worstWords,
} from "../../deploy/dashboard/store/timing.ts";
import { decodeTiming, type Recent, type Timing } from "../../deploy/dashboard/store/wire.ts";
import { spec } from "../harness/spec.ts";
import { job, quantilesOf } from "./an-overview.ts";

const now = new Date(2026, 10, 25, 19, 30).getTime();
const at = () => new Date(2026, 10, 25, 19, 18, 10).toISOString();

/** What the page makes of what a board publishes of this job. */
function published(fields: Parameters<typeof job>[1] = {}): Timing {
  const { ageMs: _, job: __, ...report } = job("pump", fields);
  const timing = decodeTiming(JSON.stringify(timingDocument(report, at)));
  assert.ok(timing);
  return timing;
}

function recentOf(...us: readonly number[]): Recent {
  const { recent } = published({ latenessUs: quantilesOf(...us) }).lateness ?? {};
  assert.ok(recent);
  return recent;
}

spec("what a board publishes of a job is what the page reads", () => {
  const timing = published({ misses: 3, skipped: 1, aborted: 1, overBudget: 2, budgetUs: 1000 });
  assert.deepEqual(
    [timing.count, timing.misses, timing.skipped, timing.aborted, timing.overBudget],
    [4, 3, 1, 1, 2],
  );
  assert.deepEqual([timing.budgetUs, timing.deadlineUs], [1000, 100_000]);
  const { recent, ...all } = timing.lateness ?? {};
  assert.deepEqual(all, { p50: 90, p99: 900, max: 900 });
  assert.deepEqual(recent, { ...all, count: 4, bars: [0, 0, 0, 0, 0, 1, 1, 1, 0, 1] });
  assert.deepEqual(timing.worst, { responseUs: 1380, atMs: Date.parse(at()) });
});

spec("a board that tells less is read as far as it goes, and nonsense is not drawn", () => {
  const spread = { p50: 50, p99: 140, max: 900 };
  const old = decodeTiming(JSON.stringify({ count: 10, misses: 1, latenessUs: spread }));
  assert.deepEqual(old?.lateness, { ...spread, recent: undefined });
  assert.deepEqual(
    [old?.skipped, old?.deadlineUs, old?.worst, old?.response],
    [0, undefined, undefined, undefined],
  );
  const odd = {
    ...spread,
    recent: { ...spread, count: 3, bars: [1, "two", -4, null, ...new Array(99).fill(1)] },
  };
  const bars = decodeTiming(JSON.stringify({ count: 10, latenessUs: odd }))?.lateness?.recent?.bars;
  assert.deepEqual(bars?.slice(0, 5), [1, 0, 0, 0, 1]);
  assert.equal(bars?.length, 64);
  const noBars = { ...spread, recent: { ...spread, count: 3, bars: "many" } };
  assert.deepEqual(
    decodeTiming(JSON.stringify({ count: 1, latenessUs: noBars }))?.lateness?.recent?.bars,
    [],
  );
});

spec(
  "there is a bar for each power of two, as high as the root of its count, and one in a thousand is seen",
  () => {
    const bars = latenessBars(recentOf(...new Array(1000).fill(100), 9000), 4096);
    assert.equal(bars.length, 24);
    const drawn = bars.flatMap(({ count, height, late }, place) =>
      count > 0 ? [[place, count, height, late]] : [],
    );
    assert.deepEqual(drawn, [
      [6, 1000, 1, false],
      [13, 1, 0.15, true],
    ]);
    assert.equal(latenessBars(recentOf(100, 100, 100, 100, 200), undefined)[7]?.height, 0.5);
    assert.ok(latenessBars(recentOf(), 1000).every(({ count, height }) => count === 0 && height === 0));
  },
);

spec("a bar is late only when all of it is beyond the deadline", () => {
  const late = (deadlineUs: number) => latenessBars(recentOf(5000), deadlineUs)[12]?.late;
  assert.deepEqual([late(4096), late(4097), late(6000), late(100)], [true, false, false, true]);
});

spec("a place among the bars is where the bar of that duration stands", () => {
  assert.deepEqual([2, 4, 1024, 2 ** 23].map(placeOf), [1, 2, 10, 23]);
  assert.deepEqual([0, 1, 2 ** 60].map(placeOf), [0, 0, 24]);
});

spec("the drawing is told in words", () => {
  assert.equal(
    latenessWords(recentOf(60, 90, 140, 900)),
    "4 jobs in the last minute: half at most 90 µs late, 99 % at most 900 µs, worst 900 µs",
  );
  assert.equal(latenessWords(recentOf()), "no job in the last minute");
});

spec("misses are told by kind, and what ran over its budget beside them", () => {
  assert.equal(missWords(published()), "no miss in 4 jobs");
  assert.equal(missWords(published({ misses: 1, count: 1 })), "1 miss in 1 job");
  assert.equal(
    missWords(published({ misses: 3, skipped: 1, aborted: 1, overBudget: 2 })),
    "3 misses in 4 jobs: 1 skipped, 1 aborted; 2 over budget",
  );
});

spec("the slowest is told with its time where the board had one", () => {
  assert.equal(worstWords(published(), now), "slowest ever: 1.4 ms from release to end, 19:18:10");
  const unsynced = decodeTiming('{"count":1,"worst":{"responseUs":1380,"at":null}}');
  assert.ok(unsynced);
  assert.equal(worstWords(unsynced, now), "slowest ever: 1.4 ms from release to end");
  assert.equal(worstWords(published({ worst: null }), now), undefined);
});

spec("the table has a row for what was measured, with its limit", () => {
  assert.deepEqual(
    timingRows(published({ budgetUs: 1000, endToEndUs: quantilesOf(3000) })).map(
      ({ what, limit, values }) => `${what} | ${limit} | ${values.join(" ")}`,
    ),
    [
      "begins late |  | 90 µs 900 µs 900 µs",
      "runs for | budget 1.0 ms | 420 µs 1.1 ms 1.1 ms",
      // 510 stands between 508 and 512.
      "done after | due 100 ms | 512 µs 1.4 ms 1.4 ms",
      "sample to line | due 100 ms | 3.0 ms 3.0 ms 3.0 ms",
    ],
  );
  assert.deepEqual(timingRows(published({ latenessUs: quantilesOf() })).length, 2);
});
