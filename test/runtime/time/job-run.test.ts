import * as assert from "uvu/assert";
import type { JobSpec } from "../../../runtime/time/job.ts";
import { JobRun } from "../../../runtime/time/job-run.ts";
import { spec } from "../../harness/spec.ts";
import { handWorker } from "./hand-worker.ts";

const forever = Number.POSITIVE_INFINITY;
const sensor: JobSpec = { name: "sensor", deadlineUs: 20_000, hardDeadlineUs: 50_000 };

spec("only with abort a job ends at its hard deadline, and waits for answers until shortly before", () => {
  const self = handWorker(7000);
  for (const [onMiss, abortAtUs, answersByUs] of [
    ["abort", 57_000, 56_000],
    ["skip", forever, forever],
    [{ descend: { misses: 1, of: 1 } }, forever, forever],
  ] as const) {
    const run = new JobRun("periodic", { ...sensor, onMiss }, null);
    run.begin(self, 7000, 7000);
    assert.equal([run.abortAtUs, run.answersByUs], [abortAtUs, answersByUs]);
  }
  const short = new JobRun("periodic", { ...sensor, hardDeadlineUs: 2000, onMiss: "abort" }, null);
  short.begin(self, 7000, 7000);
  assert.is(short.answersByUs, 8800, "a tenth of a short one");
});

spec("an aborted job is missed, however early it is, and nothing of it can hang any more", () => {
  const self = handWorker();
  const run = new JobRun("one-shot", { ...sensor, onMiss: "abort" }, null);
  run.begin(self, 0, 0);
  self.us = 5000;
  const cause = new Error("timeout at i2c-1 0x76");
  const aborted = run.abort(self, cause);
  assert.is(aborted.message, "aborted at its hard deadline of 50ms (timeout at i2c-1 0x76)");
  assert.is(aborted.cause, cause);
  run.end(self, self.us);
  const { late, missed } = run.outcome();
  assert.equal([late, missed, run.outcome().aborted], [true, true, false], "and told once");
  assert.equal(self.deadlines, [
    [20_000, 50_000],
    [20_000, forever],
    [forever, forever],
  ]);
});

spec("what is skipped without being missed breaks no rule", () => {
  const run = new JobRun("sporadic", { ...sensor, onMiss: { descend: { misses: 2, of: 5 } } }, null);
  run.skip(5, false);
  assert.equal([run.outcome().descend, run.misses], [undefined, 0]);
  run.skip(1);
  assert.is(run.outcome().descend, undefined);
  run.skip(1);
  assert.equal(run.outcome().descend, { misses: 2, of: 5 });
});
