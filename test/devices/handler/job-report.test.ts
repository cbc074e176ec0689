import * as assert from "uvu/assert";
import { JobReport } from "../../../devices/handler/job-report.ts";
import { PeriodicJob } from "../../../runtime/time/periodic-job.ts";
import { spec } from "../../harness/spec.ts";
import { handWorker } from "../../runtime/time/hand-worker.ts";

/** A job of 1 s, 100 ms, 1 ms, whose turns take what a test says; and what is told of it. */
function reported(budgetIsDefault = false) {
  const worker = handWorker();
  const told: string[] = [];
  const send = (_: unknown, message: unknown) => {
    const { type, event, patch } = message as { type: string; event?: object; patch?: object };
    told.push(`${worker.us / 1000} ${type} ${JSON.stringify(event ?? patch ?? "")}`);
  };
  const self = Object.assign(worker, { send, monitor: () => 0 });
  const job = new PeriodicJob(
    { name: "led", periodUs: 1e6, deadlineUs: 100_000, hardDeadlineUs: 2e6, budgetUs: 1000 },
    0,
  );
  const report = new JobReport(self, "led", budgetIsDefault);
  const turn = (takesMs: number) => {
    self.us = job.releaseUs;
    job.begin(self);
    self.us += takesMs * 1000;
    report.tell(job, job.end(self));
    return told.splice(0);
  };
  return { turn };
}

spec("each miss is told at once, the timing every two seconds, and beside it nothing", () => {
  const { turn } = reported();
  assert.equal(turn(0.5), ['0.5 timing ""', '0.5 state {"misses":0}']);
  assert.equal(turn(0.5), []);
  assert.equal(turn(0.5), ['2000.5 timing ""', '2000.5 state {"misses":0}']);
  assert.equal(turn(150), [
    '3150 event {"device":"led","kind":"miss","job":"led","misses":1}',
    '3150 event {"device":"led","kind":"overBudget","job":"led","budgetUs":1000,"measuredUs":150000}',
  ]);
});

spec("releases that passed are told with the miss", () => {
  const { turn } = reported();
  assert.is(turn(2500)[0], '2500 event {"device":"led","kind":"miss","job":"led","misses":3,"skipped":2}');
});

spec("a job that is over its budget again and again is told of once in two seconds", () => {
  const { turn } = reported();
  const told = [2, 3, 4, 0.1, 5].map((ms) => turn(ms).filter((line) => line.includes("overBudget")));
  const event = (us: number) =>
    `{"device":"led","kind":"overBudget","job":"led","budgetUs":1000,"measuredUs":${us}}`;
  assert.equal(told, [
    [`2 event ${event(2000)}`],
    [],
    [`2004 event ${event(4000)}`],
    [],
    [`4005 event ${event(5000)}`],
  ]);
});

spec(
  "of a budget that nobody wrote it is told once that it does not hold: that of a hundred jobs more than one was over it",
  () => {
    const { turn } = reported(true);
    const told: string[] = [];
    for (let n = 0; n < 300; n++)
      told.push(...turn(n < 150 ? 0.5 : 3).filter((line) => line.includes("overBudget")));
    assert.is(told.length, 1);
    assert.match(
      told[0]!,
      /^1\d{5}\.?\d* event \{"device":"led","kind":"overBudget","job":"led","budgetUs":1000,"p99Us":30\d\d,"worstUs":3000\}$/,
    );
  },
);
