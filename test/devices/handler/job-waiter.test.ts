import * as assert from "uvu/assert";
import { JobWaiter } from "../../../devices/handler/job-waiter.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { OneShotJob } from "../../../runtime/time/one-shot-job.ts";
import { spec } from "../../harness/spec.ts";
import { handCell } from "../../runtime/process/hand-cell.ts";

spec("what is read is as old as the end of the last wait, however late the process came back", () => {
  const { cell, clock, until } = handCell();
  const settled: number[] = [];
  cell.spawn(function* task(self: Self): ProcessGenerator {
    yield* self.sleep(5);
    const waiter = new JobWaiter(self);
    settled.push(waiter.settledUs);
    yield* waiter.sleep(9);
    settled.push(waiter.settledUs);
    clock.advanceTo(clock.now() + 3000);
    yield* waiter.sleep(1);
    settled.push(waiter.settledUs, self.nowUs());
  }, []);
  cell.run();
  clock.advanceTo(5000);
  cell.run();
  clock.advanceTo(50_000); // It was to come back at 14 ms.
  cell.run();
  until(60);
  assert.equal(settled, [5000, 14_000, 54_000, 54_000]);
});

spec("with abort no wait goes beyond the hard deadline of the job at hand", () => {
  const { cell, until } = handCell();
  const ends: number[] = [];
  const job = new OneShotJob(
    { name: "sample", deadlineUs: 10_000, hardDeadlineUs: 20_000, onMiss: "abort" },
    1000,
  );
  cell.spawn(function* task(self: Self): ProcessGenerator {
    yield* self.sleepUntil(job.releaseUs);
    job.begin(self);
    const waiter = new JobWaiter(self, job.run);
    yield* waiter.sleep(15);
    ends.push(self.nowUs());
    yield* waiter.sleep(15);
    ends.push(self.nowUs());
  }, []);
  until(100);
  assert.equal(ends, [16_000, 21_000]);
});
