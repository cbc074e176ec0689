import fc from "fast-check";
import * as assert from "uvu/assert";
import type { MissPolicy } from "../../../runtime/time/job.ts";
import { firstReleaseUs, PeriodicJob } from "../../../runtime/time/periodic-job.ts";
import { propertyRuns } from "../../harness/property-runs.ts";
import { spec } from "../../harness/spec.ts";
import { handWorker } from "./hand-worker.ts";

const forever = Number.POSITIVE_INFINITY;
/** 10 ms period, due 4 ms after the release, hung 8 ms after it. */
const pump = { name: "pump", periodUs: 10_000, deadlineUs: 4000, hardDeadlineUs: 8000 };
const POLICIES: readonly MissPolicy[] = ["count", "skip", "abort", { descend: { misses: 2, of: 3 } }];

spec("while it works a process is due at the release's deadlines, and afterwards at none", () => {
  const self = handWorker(1000);
  const job = new PeriodicJob(pump, 1000);
  assert.is(job.begin(self), true);
  assert.is(job.end(self).missed, false);
  assert.equal(self.deadlines, [
    [5000, 9000],
    [forever, forever],
  ]);
});

spec("releases stand on their grid, however late each one begins and however long it takes", () => {
  const self = handWorker(3000);
  const job = new PeriodicJob(pump, 3000);
  const releases: number[] = [];
  for (const [late, takes] of [
    [0, 100],
    [2500, 300],
    [17, 9000],
    [0, 0],
  ] as const) {
    releases.push(job.releaseUs);
    self.us = job.releaseUs + late;
    job.begin(self);
    self.us += takes;
    job.end(self);
  }
  assert.equal(releases, [3000, 13_000, 23_000, 33_000]);
});

spec("a job that ends after its deadline is a miss; exactly at it is not", () => {
  const self = handWorker();
  const job = new PeriodicJob(pump, 0);
  job.begin(self);
  self.us = 4000;
  assert.is(job.end(self).missed, false);
  self.us = 10_000;
  job.begin(self);
  self.us = 14_001;
  assert.is(job.end(self).late, true);
  assert.is(job.misses, 1);
  assert.is(job.releaseUs, 20_000);
});

spec("releases that passed during the work are skipped and counted, never made up for in a burst", () => {
  const self = handWorker();
  const job = new PeriodicJob(pump, 0);
  job.begin(self);
  self.us = 35_000; // The releases at 10, 20 and 30 ms passed.
  const { missed, late, skipped } = job.end(self);
  assert.equal([missed, late, skipped], [true, true, 3]);
  assert.is(job.misses, 1 + 3);
  assert.is(job.releaseUs, 40_000);
  assert.equal([job.timing().count, job.timing().skipped], [1, 3]);
});

spec("a skipped release is a miss also where the deadline was met", () => {
  const self = handWorker();
  const job = new PeriodicJob({ ...pump, deadlineUs: 50_000, hardDeadlineUs: 90_000 }, 0);
  job.begin(self);
  self.us = 25_000;
  const { missed, late } = job.end(self);
  assert.equal([missed, late, job.misses], [true, false, 2]);
});

spec("a release that is due at this very moment is not skipped", () => {
  const self = handWorker();
  const job = new PeriodicJob(pump, 0);
  job.begin(self);
  self.us = 10_000;
  job.end(self);
  assert.is(job.releaseUs, 10_000);
  assert.is(job.misses, 1, "its own deadline only");
});

spec(
  "with count, a release that came while the job was late is worked at once if it can still be in time",
  () => {
    const self = handWorker();
    const job = new PeriodicJob({ ...pump, onMiss: "count" }, 0);
    job.begin(self);
    self.us = 23_000; // 10 ms passed; 20 ms is due at 24 ms.
    assert.is(job.end(self).skipped, 1);
    assert.is(job.releaseUs, 20_000);
    job.begin(self);
    self.us = 24_000;
    assert.is(job.end(self).missed, false);
    self.us = 30_000;
    job.begin(self);
    self.us = 44_000; // 40 ms is just not to be kept.
    assert.is(job.end(self).skipped, 1);
    assert.is(job.releaseUs, 50_000);
  },
);

spec("a job that begins late works for the newest release, and the older ones are skipped", () => {
  const self = handWorker(31_000);
  const job = new PeriodicJob(pump, 0);
  assert.is(job.begin(self), true);
  self.us = 33_000;
  const { late, skipped } = job.end(self);
  assert.equal([late, skipped], [false, 3], "the release at 30 ms was kept");
  const { latenessUs, responseUs, count } = job.timing();
  assert.equal([latenessUs.max, responseUs.max, count], [1000, 3000, 1]);
});

spec("a job never begins after its hard deadline: the machine stood still, nothing hung", () => {
  const self = handWorker(28_001);
  const job = new PeriodicJob(pump, 0);
  assert.is(job.begin(self), false);
  assert.equal(self.deadlines, [], "it was not put to work");
  const { missed, late, skipped } = job.lapsed();
  assert.equal([missed, late, skipped], [true, false, 3]);
  assert.is(job.releaseUs, 30_000);
  assert.is(job.lapsed().missed, false, "told once");
});

spec("an hour's sleep of the machine costs one step, and the job goes on on its grid", () => {
  const self = handWorker();
  const job = new PeriodicJob({ ...pump, onMiss: { descend: { misses: 3, of: 10 } } }, 0);
  self.us = 3_600_000_000;
  assert.is(job.begin(self), true, "the release of this very moment");
  const { skipped, descend } = job.end(self);
  assert.is(skipped, 360_000);
  assert.equal(descend, { misses: 3, of: 10 });
  assert.is(job.releaseUs, 3_600_010_000);
});

spec("descend asks once for each time that the rule is broken", () => {
  const self = handWorker();
  const job = new PeriodicJob({ ...pump, onMiss: { descend: { misses: 2, of: 3 } } }, 0);
  const asked = [5000, 100, 5000, 100, 100, 5000, 100, 100, 5000, 5000].map((takes) => {
    self.us = job.releaseUs;
    job.begin(self);
    self.us += takes;
    return job.end(self).descend !== undefined;
  });
  assert.equal(
    asked.map((is) => (is ? "!" : ".")).join(""),
    "..!......!",
    "two in three, and anew from there; one in three is allowed for ever",
  );
});

spec("lateness is from release to begin, execution from begin to end, response from release to end", () => {
  const self = handWorker();
  const job = new PeriodicJob(pump, 0);
  self.us = 700;
  job.begin(self);
  self.us = 2000;
  job.end(self);
  const { latenessUs, executionUs, responseUs, count, misses, worst } = job.timing();
  assert.equal([latenessUs.max, executionUs.max, responseUs.max, count, misses], [700, 1300, 2000, 1, 0]);
  assert.equal(worst, { responseUs: 2000, latenessUs: 700, atUs: 2000 });
});

spec("the worst job is the one with the longest response, the first of equals", () => {
  const self = handWorker();
  const job = new PeriodicJob(pump, 0);
  assert.is(job.timing().worst, null);
  for (const takes of [100, 900, 900, 200]) {
    self.us = job.releaseUs + 50;
    job.begin(self);
    self.us += takes;
    job.end(self);
  }
  assert.equal(job.timing().worst, { responseUs: 950, latenessUs: 50, atUs: 10_950 });
});

spec("a job over its budget is counted and says by how much; waiting for its turn costs no budget", () => {
  const self = handWorker();
  const job = new PeriodicJob({ ...pump, budgetUs: 1000 }, 0);
  self.us = 3000; // Late by three budgets.
  job.begin(self);
  self.us += 1000;
  assert.is(job.end(self).overBudgetUs, undefined, "exactly the budget");
  self.us = 10_000;
  job.begin(self);
  self.us += 1001;
  assert.is(job.end(self).overBudgetUs, 1001);
  assert.equal([job.timing().overBudget, job.timing().budgetUs], [1, 1000]);
});

spec("what a thread waits for answers while the job runs is no execution of it", () => {
  const waited = { us: 5_000_000 }; // By others before.
  const self = Object.assign(handWorker(), { waitedUs: () => waited.us });
  const job = new PeriodicJob({ ...pump, budgetUs: 1000 }, 0);
  job.begin(self);
  self.us += 3000;
  waited.us += 2500;
  job.run.pause(self);
  self.us += 100;
  waited.us += 100; // By others, while this one waits itself.
  job.run.resume(self);
  self.us += 400;
  waited.us += 300;
  const { overBudgetUs, late } = job.end(self);
  const { executionUs, responseUs } = job.timing();
  assert.equal([executionUs.max, responseUs.max, overBudgetUs, late], [600, 3500, undefined, false]);
});

spec("a job says how it is declared", () => {
  const { kind, periodUs, deadlineUs, budgetUs, criticality } = new PeriodicJob(pump, 0).timing();
  assert.equal(
    { kind, periodUs, deadlineUs, budgetUs, criticality },
    { kind: "periodic", periodUs: 10_000, deadlineUs: 4000, budgetUs: null, criticality: "normal" },
  );
});

spec("with a phase the first release stands on the clock's grid, without one it is now", () => {
  assert.is(firstReleaseUs(123_456, 10_000), 123_456);
  assert.is(firstReleaseUs(123_456, 10_000, 2000), 132_000);
  assert.is(firstReleaseUs(122_000, 10_000, 2000), 122_000);
  assert.is(firstReleaseUs(122_000.5, 10_000, 2000), 132_000);
  assert.is(firstReleaseUs(1000, 10_000, 2000), 2000);
});

spec(
  "whatever happens, each release of the grid is worked or counted as skipped, in order, and none is left over",
  () => {
    const steps = fc.array(fc.record({ late: fc.nat(60_000), takes: fc.nat(60_000) }), {
      maxLength: 50,
      size: "max",
    });
    const policy = fc.constantFrom(...POLICIES);
    const first = fc.double({ min: 0, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(steps, policy, first, (all, onMiss, firstUs) => {
        const self = handWorker(firstUs);
        const job = new PeriodicJob({ ...pump, onMiss }, firstUs);
        const grid = (n: number) => firstUs + n * pump.periodUs;
        const number = () => Math.round((job.releaseUs - firstUs) / pump.periodUs);
        let before = -1;
        let late = 0;
        let skipped = 0;
        for (const step of all) {
          assert.ok(number() > before, "forwards");
          assert.is(job.releaseUs, grid(number()), "on the grid, to the last bit");
          before = number();
          self.us = Math.max(self.us, job.releaseUs + step.late);
          const begun = job.begin(self);
          if (begun) {
            assert.ok(self.us - job.releaseUs < pump.periodUs, "works for the newest release");
            assert.ok(self.us - job.releaseUs <= pump.hardDeadlineUs, "and not after its hard deadline");
            self.us += step.takes;
          }
          const outcome = begun ? job.end(self) : job.lapsed();
          if (outcome.late) late++;
          skipped += outcome.skipped;
          assert.is(outcome.missed, outcome.late || outcome.skipped > 0);
          const { count, skipped: passed, misses } = job.timing();
          assert.is(passed, skipped);
          assert.is(misses, skipped + late);
          assert.is(count + passed, number(), "done + lost = due");
          const oldestUs = onMiss === "count" ? self.us - pump.deadlineUs : self.us;
          assert.ok(job.releaseUs >= oldestUs || self.us - job.releaseUs < 1, "nothing stale waits");
        }
      }),
      propertyRuns(500),
    );
  },
);
