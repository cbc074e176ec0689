import * as assert from "uvu/assert";
import { timingDocument } from "../../deploy/board/job-report.ts";
import { spec } from "../harness/spec.ts";
import { job, quantilesOf } from "./an-overview.ts";

const at = (us: number) => new Date(1_000_000_000_000 + us / 1000).toISOString();

spec("a job's document holds percentiles of all and, with bars, of the last minute", () => {
  const { ageMs, job: _, ...report } = job("pump", { misses: 3, budgetUs: 1000 });
  const { latenessUs, ...document } = timingDocument(report, at);
  const percentiles = { p50: 90, p90: 900, p99: 900, max: 900 };
  assert.equal(latenessUs, {
    ...percentiles,
    recent: { count: 4, ...percentiles, bars: [0, 0, 0, 0, 0, 1, 1, 1, 0, 1] },
  });
  assert.equal(
    [document.count, document.misses, document.budgetUs, document.periodUs],
    [4, 3, 1000, 500_000],
  );
  assert.equal(Object.keys(document).sort(), [
    ...["aborted", "budgetUs", "count", "criticality", "deadlineUs", "executionUs", "kind", "misses"],
    ...["overBudget", "periodUs", "responseUs", "skipped", "worst"],
  ]);
});

spec("the worst response has its time on the wall, or none while the clock is not set", () => {
  const { ageMs, job: _, ...report } = job("pump");
  const worst = { responseUs: 1380, latenessUs: 900 };
  assert.equal(timingDocument(report, at).worst, { ...worst, at: "2001-09-09T01:46:44.000Z" });
  assert.equal(timingDocument(report, () => null).worst, { ...worst, at: null });
  assert.is(timingDocument({ ...report, worst: null }, at).worst, null);
});

spec("a controller's document also holds the way from sample to line", () => {
  const {
    ageMs,
    job: _,
    ...report
  } = job("thermostat", { endToEndUs: quantilesOf(5000), endToEndMisses: 1 });
  const { endToEndUs, endToEndMisses } = timingDocument(report, at);
  assert.is((endToEndUs as { p99: number }).p99, 5000);
  assert.is(endToEndMisses, 1);
});
