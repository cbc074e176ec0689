import fc from "fast-check";
import * as assert from "uvu/assert";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import type { Wait } from "../../../runtime/process/wait.ts";
import type { MissPolicy } from "../../../runtime/time/job.ts";
import { workSteps } from "../../../runtime/time/job-steps.ts";
import { PeriodicJob, type PeriodicSpec } from "../../../runtime/time/periodic-job.ts";
import { propertyRuns } from "../../harness/property-runs.ts";
import { spec } from "../../harness/spec.ts";
import { type HandCell, handCell } from "../process/hand-cell.ts";

type Steps = (self: Self, bench: HandCell, job: PeriodicJob) => Generator<Wait, void, void>;

const sensor: PeriodicSpec = {
  name: "sensor",
  periodUs: 100_000,
  deadlineUs: 20_000,
  hardDeadlineUs: 50_000,
};

/** A cell whose one process works the job, each time by the next of these steps; then it ends. */
function working(spec: PeriodicSpec, ...all: readonly Steps[]): { bench: HandCell; job: PeriodicJob } {
  const bench = handCell({ progress: { begin: (_, us) => bench.trace.push(`limit ${us}`), end: () => {} } });
  const job = new PeriodicJob(spec, 0);
  const { clock, trace, cell } = bench;
  const say = (what: string) => trace.push(`${clock.now()} ${what}`);
  cell.spawn(function* worker(self: Self): ProcessGenerator {
    for (const steps of all) {
      yield* self.sleepUntil(job.releaseUs);
      if (!job.begin(self)) {
        say(`lapsed ${job.lapsed().skipped}`);
        continue;
      }
      try {
        yield* workSteps(job.run, self, steps(self, bench, job));
      } catch (error) {
        say(String(error));
      }
      const { late, aborted, skipped } = job.end(self);
      say(`${aborted ? "aborted" : late ? "late" : "in time"}${skipped > 0 ? `, ${skipped} skipped` : ""}`);
    }
  }, []);
  trace.length = 0;
  return { bench, job };
}

/** Works for so many ms without a wait. */
function busy({ clock }: HandCell, ms: number): void {
  clock.advanceTo(clock.now() + ms * 1000);
}

/** What happened, without the limits that the watchdog was told. */
function story({ trace }: HandCell): string[] {
  return trace.filter((line) => !line.startsWith("limit"));
}

spec("execution is the work of the job itself, without its waits; response is all of it", () => {
  const { bench, job } = working(sensor, function* (self, bench) {
    busy(bench, 2);
    yield* self.sleep(9);
    busy(bench, 1);
    yield* self.sleep(4);
    busy(bench, 3);
  });
  bench.until(50);
  const { executionUs, responseUs, misses } = job.timing();
  assert.equal([executionUs.max, responseUs.max, misses], [6000, 19_000, 0]);
  assert.equal(story(bench), ["19000 in time"]);
});

spec(
  "with abort a wait ends at the hard deadline, and with it the job; the next one begins on the grid",
  () => {
    const { bench, job } = working(
      { ...sensor, onMiss: "abort" },
      function* (self, { trace }, { run }) {
        try {
          yield* self.sleepUntil(Math.min(self.nowUs() + 500_000, run.abortAtUs));
          trace.push("resumed");
        } finally {
          trace.push("cleaned up");
        }
      },
      function* (self) {
        yield* self.sleep(5);
      },
    );
    bench.until(300);
    assert.equal(story(bench), [
      "cleaned up",
      "50000 JobAborted: aborted at its hard deadline of 50ms",
      "50000 aborted",
      "105000 in time",
    ]);
    const { count, aborted, misses, skipped } = job.timing();
    assert.equal([count, aborted, misses, skipped], [2, 1, 1, 0]);
    assert.equal([bench.cell.processCount, bench.cell.timerCount], [0, 0], "nothing else is left");
  },
);

for (const onMiss of ["count", "skip", { descend: { misses: 1, of: 1 } }] satisfies MissPolicy[]) {
  const name = typeof onMiss === "string" ? onMiss : "descend";
  spec(`with ${name} a job that waits past its hard deadline goes on, late`, () => {
    const { bench, job } = working({ ...sensor, onMiss }, function* (self) {
      yield* self.sleep(110);
    });
    bench.until(300);
    const counts = name === "count";
    assert.equal(story(bench), [`110000 late${counts ? "" : ", 1 skipped"}`]);
    assert.is(job.releaseUs, counts ? 100_000 : 200_000, "the release at 100 ms is due at 120 ms");
  });
}

spec("a finally block that waits after an abort is a defect of the job", () => {
  const { bench } = working({ ...sensor, onMiss: "abort" }, function* (self, _, { run }) {
    try {
      yield* self.sleepUntil(run.abortAtUs);
    } finally {
      yield* self.sleep(10);
    }
  });
  bench.until(300);
  assert.equal(story(bench), [
    "50000 TypeError: job sensor waits in a finally block after it was aborted",
    "50000 late",
  ]);
});

spec("a failure of the steps is the job's failure, and no abort", () => {
  const { bench } = working({ ...sensor, onMiss: "abort" }, function* (self) {
    yield* self.sleep(5);
    throw new Error("nobody answers");
  });
  bench.until(300);
  assert.equal(story(bench), ["5000 Error: nobody answers", "5000 in time"]);
});

spec("the watchdog is told the hard deadline as soon as a job begins, and takes no wait for a hang", () => {
  const limits: number[][] = [];
  const { bench } = working(sensor, function* (self, bench) {
    limits.push(told(bench));
    yield* self.sleep(5);
    limits.push(told(bench));
    yield* self.sleep(60);
    limits.push(told(bench));
  });
  bench.until(300);
  const slice = 500_000; // The cell's longest slice: without a job it counts alone.
  assert.equal(limits, [
    // Resumed with no limit of its own, twice (it also began to sleep until 0); then the job began.
    [0 + slice, 50_000],
    // While it waited it was no job's; it came back in time.
    [0 + slice, 5000 + slice, 50_000],
    // It came back after its hard deadline, which is late, but it has not hung.
    [5000 + slice, 65_000 + slice, 65_000 + slice],
  ]);
});

spec("of jobs at the same moment the one due first goes first: at the release, and back from a wait", () => {
  const { cell, trace, until } = handCell();
  function* wait(self: Self): Generator<Wait, void, void> {
    yield* self.sleepUntil(10_000);
  }
  for (const [name, deadlineUs] of [
    ["later", 40_000],
    ["first", 20_000],
    ["middle", 30_000],
  ] as const) {
    const job = new PeriodicJob({ ...sensor, name, deadlineUs }, 5000);
    cell.spawn(function* worker(self: Self): ProcessGenerator {
      yield* self.sleepUntil(job.releaseUs, job.releaseUs + deadlineUs);
      job.begin(self);
      trace.push(name);
      yield* workSteps(job.run, self, wait(self));
      trace.push(`${name} back`);
      job.end(self);
    }, []);
  }
  until(20);
  assert.equal(trace, ["first", "middle", "later", "first back", "middle back", "later back"]);
});

spec(
  "while a job's code runs its limit is its hard deadline, and after its end the longest slice again",
  () => {
    const { bench } = working(sensor, function* (_, bench) {
      busy(bench, 60);
    });
    bench.until(70);
    assert.equal(told(bench), [500_000, 50_000, 500_000]);
  },
);

spec(
  "under random execution times no release is lost or added, and after an overload the next job is on the grid",
  () => {
    const works = fc.array(fc.record({ waitMs: fc.nat(60), busyMs: fc.nat(250) }), {
      minLength: 1,
      maxLength: 40,
      size: "max",
    });
    const policy = fc.constantFrom<MissPolicy>("count", "skip", "abort", { descend: { misses: 2, of: 5 } });
    fc.assert(
      fc.property(works, policy, (all, onMiss) => {
        const begun: number[] = [];
        const random = all.map(({ waitMs, busyMs }): Steps => {
          return function* (self, bench, { run }) {
            begun.push(self.nowUs());
            yield* self.sleepUntil(Math.min(self.nowUs() + waitMs * 1000, run.abortAtUs));
            busy(bench, busyMs);
          };
        });
        const calm: Steps = function* (self) {
          begun.push(self.nowUs());
          yield* self.sleep(1);
        };
        const { bench, job } = working({ ...sensor, onMiss }, ...random, calm, calm);
        bench.until(1e6);
        const { count, skipped, misses } = job.timing();
        assert.is((count + skipped) * sensor.periodUs, job.releaseUs, "done + lost = due");
        assert.ok(misses >= skipped);
        assert.is(count, begun.length);
        const last = begun.at(-1)!;
        assert.is(last % sensor.periodUs, 0, "the overload is over: on the grid to the microsecond");
        for (let n = 1; n < begun.length; n++) assert.ok(begun[n]! > begun[n - 1]!, "never two at once");
        assert.equal(
          story(bench).filter((line) => line.includes("TypeError")),
          [],
        );
      }),
      propertyRuns(200),
    );
  },
);

/** The limits that were told since the last time, us. */
function told({ trace }: HandCell): number[] {
  const limits = trace.splice(0).filter((line) => line.startsWith("limit"));
  return limits.map((line) => Number(line.split(" ")[1]));
}
