import * as assert from "uvu/assert";
import { BackgroundJob } from "../../../runtime/time/background-job.ts";
import { spec } from "../../harness/spec.ts";
import { handWorker } from "./hand-worker.ts";

const forever = Number.POSITIVE_INFINITY;

spec("background work is always released, has no deadline and the lowest criticality", () => {
  const self = handWorker(1000);
  const job = new BackgroundJob({ name: "compact" }, 0);
  assert.is(job.begin(self), true);
  self.us = 900_000;
  assert.is(job.end(self).missed, false);
  assert.is(job.releaseUs, 900_000, "again at once");
  assert.equal(self.deadlines, [
    [forever, forever],
    [forever, forever],
  ]);
  const { kind, deadlineUs, criticality, latenessUs, executionUs, misses } = job.timing();
  assert.equal(
    [kind, deadlineUs, criticality, latenessUs.max, executionUs.max, misses],
    ["background", null, "best-effort", 1000, 899_000, 0],
  );
});

spec("a background slice longer than planned is over budget, and still no miss", () => {
  const self = handWorker();
  const job = new BackgroundJob({ name: "compact", budgetUs: 2000 }, 0);
  job.begin(self);
  self.us = 2500;
  const { overBudgetUs, missed } = job.end(self);
  assert.equal([overBudgetUs, missed], [2500, false]);
});
