import * as assert from "uvu/assert";
import { OneShotJob } from "../../../runtime/time/one-shot-job.ts";
import { spec } from "../../harness/spec.ts";
import { handWorker } from "./hand-worker.ts";

const forever = Number.POSITIVE_INFINITY;
const flush = { name: "flush", deadlineUs: 4000, hardDeadlineUs: 8000 };

spec("a one-shot job is worked once", () => {
  const self = handWorker(5000);
  const job = new OneShotJob(flush, 5000);
  assert.is(job.begin(self), true);
  self.us = 6000;
  assert.is(job.end(self).missed, false);
  assert.is(job.releaseUs, forever);
  assert.is(job.begin(self), false);
  const { kind, periodUs, count, skipped } = job.timing();
  assert.equal([kind, periodUs, count, skipped], ["one-shot", null, 1, 0]);
});

spec("a one-shot job that could not begin by its hard deadline is dropped, as a miss", () => {
  const self = handWorker(13_001);
  const job = new OneShotJob(flush, 5000);
  assert.is(job.begin(self), false);
  const { skipped, missed } = job.lapsed();
  assert.equal([skipped, missed, job.releaseUs], [1, true, forever]);
  assert.is(job.begin(self), false);
  assert.is(job.lapsed().skipped, 0, "dropped once");
});
