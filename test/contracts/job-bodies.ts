/** Processes that work jobs, for the contract in `jobs.ts`. */
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import type { Wait } from "../../runtime/process/wait.ts";
import { JobAborted } from "../../runtime/time/job-aborted.ts";
import { workSteps } from "../../runtime/time/job-steps.ts";
import { PeriodicJob } from "../../runtime/time/periodic-job.ts";
import { REPORT } from "./cell-bodies.ts";

const PERIOD_US = 40_000;
const TIMES = { periodUs: PERIOD_US, deadlineUs: 10_000, hardDeadlineUs: 30_000 };

/** Waits in each of `jobs` jobs for something that never comes, and is aborted; then tells how that went. */
export function* waitsInVain(self: Self, jobs: number): ProcessGenerator {
  const firstUs = self.nowUs();
  const job = new PeriodicJob({ name: "vain", ...TIMES, onMiss: "abort" }, firstUs);
  let early = 0;
  while (job.timing().count < jobs) {
    yield* self.sleepUntil(job.releaseUs);
    if (!job.begin(self)) {
      job.lapsed();
      continue;
    }
    const abortAtUs = job.run.abortAtUs;
    try {
      yield* workSteps(job.run, self, vain(self, abortAtUs));
    } catch (error) {
      if (!(error instanceof JobAborted)) throw error;
      if (self.nowUs() < abortAtUs) early++;
    }
    job.end(self);
  }
  const { count, skipped, aborted, misses } = job.timing();
  const lost = Math.round((job.releaseUs - firstUs) / PERIOD_US) - count - skipped;
  const other = misses - aborted - skipped;
  self.send(REPORT, `${aborted} of ${count} aborted, ${early} early, ${other} other misses, ${lost} lost`);
}

/** Waits a little in its job, and then does not yield any more. */
export function* hangsAfterWait(self: Self): ProcessGenerator {
  const job = new PeriodicJob({ name: "hang", ...TIMES }, self.nowUs());
  job.begin(self);
  self.send(REPORT, "begun");
  yield* workSteps(
    job.run,
    self,
    (function* () {
      yield* self.sleep(2);
      for (;;);
    })(),
  );
}

function* vain(self: Self, untilUs: number): Generator<Wait, void, void> {
  yield* self.sleepUntil(untilUs);
  self.send(REPORT, "went on after its hard deadline");
}
