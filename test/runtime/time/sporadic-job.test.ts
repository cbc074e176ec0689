import fc from "fast-check";
import * as assert from "uvu/assert";
import { SporadicJob } from "../../../runtime/time/sporadic-job.ts";
import { propertyRuns } from "../../harness/property-runs.ts";
import { spec } from "../../harness/spec.ts";
import { handWorker } from "./hand-worker.ts";

const forever = Number.POSITIVE_INFINITY;
/** At most one in 10 ms, due 5 ms after its release. */
const doorbell = { name: "doorbell", minDistanceUs: 10_000, deadlineUs: 5000, hardDeadlineUs: 8000 };

spec("an arrival is released at once, and then nothing is due", () => {
  const self = handWorker(1000);
  const job = new SporadicJob({ ...doorbell, early: "defer" });
  assert.is(job.releaseUs, forever);
  assert.is(job.begin(self), false);
  assert.is(job.arrive(1000), true);
  assert.is(job.releaseUs, 1000);
  assert.is(job.begin(self), true);
  self.us = 3000;
  assert.is(job.end(self).missed, false);
  assert.equal(self.deadlines, [
    [6000, 9000],
    [forever, forever],
  ]);
  assert.is(job.releaseUs, forever);
});

spec("an arrival too early is put off to the minimum distance", () => {
  const self = handWorker();
  const job = new SporadicJob({ ...doorbell, early: "defer" });
  const releases: number[] = [];
  for (const at of [0, 1000, 2000, 40_000]) job.arrive(at);
  while (job.releaseUs !== forever) {
    releases.push(job.releaseUs);
    self.us = job.releaseUs;
    assert.is(job.begin(self), true);
    job.end(self);
  }
  assert.equal(releases, [0, 10_000, 20_000, 40_000]);
  assert.is(job.timing().skipped, 0);
});

spec("or dropped and counted, where that is declared: no miss of the job's", () => {
  const job = new SporadicJob({ ...doorbell, early: "drop" });
  assert.equal(
    [0, 9999, 10_000, 10_001].map((at) => job.arrive(at)),
    [true, false, true, false],
  );
  const { skipped, missed } = job.lapsed();
  assert.equal([skipped, missed], [2, false]);
  assert.equal([job.timing().skipped, job.timing().misses], [2, 0]);
});

spec("what waited past its deadline is dropped before work, as a miss", () => {
  const self = handWorker();
  const job = new SporadicJob({ ...doorbell, early: "defer" });
  for (const at of [0, 0, 0]) job.arrive(at);
  self.us = 24_000; // Releases at 0 and 10 ms were due at 5 and 15; that of 20 ms is due at 25.
  assert.is(job.begin(self), true);
  assert.is(job.releaseUs, 20_000);
  const { skipped, late } = job.end(self);
  assert.equal([skipped, late], [2, false]);
  job.arrive(40_000);
  self.us = 45_001;
  assert.is(job.begin(self), false, "too late for the only one there is");
  const lapsed = job.lapsed();
  assert.equal([lapsed.skipped, lapsed.missed], [1, true]);
  assert.is(job.releaseUs, forever);
});

spec("a release that lies ahead is not begun", () => {
  const self = handWorker();
  const job = new SporadicJob({ ...doorbell, early: "defer" });
  job.arrive(0);
  job.arrive(0);
  job.begin(self);
  job.end(self);
  self.us = 9999;
  assert.is(job.begin(self), false);
  assert.is(job.lapsed().skipped, 0);
  assert.is(job.releaseUs, 10_000);
});

spec("what waits is bounded", () => {
  const job = new SporadicJob({ ...doorbell, early: "defer", capacity: 2 });
  assert.equal(
    [0, 0, 0].map((at) => job.arrive(at)),
    [true, true, false],
  );
  assert.is(job.timing().skipped, 1);
});

spec(
  "whatever arrives, jobs are released at least the minimum distance apart, and each arrival is accounted for",
  () => {
    const arrivals = fc.array(
      fc.record({ after: fc.nat(25_000), work: fc.boolean(), takes: fc.nat(20_000) }),
      {
        maxLength: 80,
        size: "max",
      },
    );
    fc.assert(
      fc.property(arrivals, fc.constantFrom("defer" as const, "drop" as const), (all, early) => {
        const self = handWorker();
        const job = new SporadicJob({ ...doorbell, early, capacity: 4 });
        const releases: number[] = [];
        let arrived = 0;
        let waiting = 0;
        for (const { after, work, takes } of all) {
          self.us += after;
          arrived++;
          job.arrive(self.us);
          if (work && job.begin(self)) {
            assert.ok(self.us - job.releaseUs <= doorbell.deadlineUs, "nothing that has expired is worked");
            releases.push(job.releaseUs);
            self.us += takes;
            job.end(self);
          }
          const { count, skipped } = job.timing();
          waiting = arrived - count - skipped;
          assert.ok(waiting >= 0 && waiting <= 4, `${waiting} wait`);
        }
        for (let n = 1; n < releases.length; n++)
          assert.ok(releases[n]! - releases[n - 1]! >= doorbell.minDistanceUs);
        self.us += 1e9;
        assert.is(job.begin(self), false);
        const { count, skipped } = job.timing();
        assert.is(count + skipped, arrived, "done + dropped = arrived");
      }),
      propertyRuns(300),
    );
  },
);
