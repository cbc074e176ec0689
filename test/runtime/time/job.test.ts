import fc from "fast-check";
import * as assert from "uvu/assert";
import { Job } from "../../../runtime/time/job.ts";
import { spec } from "../../harness/spec.ts";

const forever = Number.POSITIVE_INFINITY;
/** 10 ms period, due 4 ms after the release, hung 8 ms after it. */
const pump = { name: "pump", periodUs: 10_000, deadlineUs: 4000, hardDeadlineUs: 8000 };

/** A process whose time a test moves, and what the job told it about its deadlines. */
function worker(startUs = 0) {
  const deadlines: (readonly [number, number])[] = [];
  return {
    us: startUs,
    deadlines,
    nowUs() {
      return this.us;
    },
    work(deadlineUs: number, hardDeadlineUs: number) {
      deadlines.push([deadlineUs, hardDeadlineUs]);
    },
  };
}

spec("while it works a process is due at the release's deadlines, and afterwards at none", () => {
  const self = worker(1000);
  const job = new Job(pump, 1000);
  job.begin(self);
  assert.is(job.end(self), false);
  assert.equal(self.deadlines, [
    [5000, 9000],
    [forever, forever],
  ]);
});

spec("releases stand on their grid, however late each one begins and however long it takes", () => {
  const self = worker(3000);
  const job = new Job(pump, 3000);
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
  const self = worker();
  const job = new Job(pump, 0);
  job.begin(self);
  self.us = 4000;
  assert.is(job.end(self), false);
  self.us = 10_000;
  job.begin(self);
  self.us = 14_001;
  assert.is(job.end(self), true);
  assert.is(job.misses, 1);
  assert.is(job.releaseUs, 20_000);
});

spec("releases that passed during the work are skipped and counted, never made up for in a burst", () => {
  const self = worker();
  const job = new Job(pump, 0);
  job.begin(self);
  self.us = 35_000; // The releases at 10, 20 and 30 ms passed.
  assert.is(job.end(self), true);
  assert.is(job.misses, 1 + 3);
  assert.is(job.releaseUs, 40_000);
  assert.is(job.timing().count, 1);
});

spec("a skipped release is a miss also where the deadline was met", () => {
  const self = worker();
  const job = new Job({ ...pump, deadlineUs: 50_000, hardDeadlineUs: 90_000 }, 0);
  job.begin(self);
  self.us = 25_000;
  assert.is(job.end(self), true);
  assert.is(job.misses, 2);
});

spec("a release that is due at this very moment is not skipped", () => {
  const self = worker();
  const job = new Job(pump, 0);
  job.begin(self);
  self.us = 10_000;
  job.end(self);
  assert.is(job.releaseUs, 10_000);
  assert.is(job.misses, 1, "its own deadline only");
});

spec("lateness is from release to begin, execution from begin to end", () => {
  const self = worker();
  const job = new Job(pump, 0);
  self.us = 700;
  job.begin(self);
  self.us = 2000;
  job.end(self);
  const { latenessUs, executionUs, count, misses } = job.timing();
  assert.equal([latenessUs.max, executionUs.max, count, misses], [700, 1300, 1, 0]);
});

spec("whatever happens, every release of the grid is worked or counted as missed, in order", () => {
  const steps = fc.array(fc.record({ late: fc.nat(30_000), takes: fc.nat(60_000) }), {
    maxLength: 50,
    size: "max",
  });
  fc.assert(
    fc.property(steps, (all) => {
      const self = worker();
      const job = new Job(pump, 0);
      let worked = 0;
      let late = 0;
      let before = -1;
      for (const step of all) {
        assert.ok(job.releaseUs > before, "forwards");
        assert.is(job.releaseUs % pump.periodUs, 0);
        before = job.releaseUs;
        self.us = Math.max(self.us, job.releaseUs + step.late);
        job.begin(self);
        self.us += step.takes;
        if (job.end(self)) late++;
        worked++;
        assert.ok(job.releaseUs >= self.us - pump.periodUs, "no burst of old releases is left");
      }
      assert.is(worked + (job.misses - late), job.releaseUs / pump.periodUs);
    }),
    { numRuns: 500 },
  );
});
