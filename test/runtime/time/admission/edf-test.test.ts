/** What the test says about servers that the literature has no example of: waits, bands, pauses, foreign slices. */
import * as assert from "uvu/assert";
import { testEdf } from "../../../../runtime/time/admission/edf-test.ts";
import type { Band, Pause, Task } from "../../../../runtime/time/admission/task.ts";
import { spec } from "../../../harness/spec.ts";

interface Written {
  readonly every: number;
  readonly within?: number;
  readonly band?: Band;
  readonly parts: readonly (readonly [waitUs: number, runUs: number])[];
}

function task(name: string, { every, within = every, band = "normal", parts }: Written): Task {
  return {
    name,
    band,
    periodUs: every,
    deadlineUs: within,
    parts: parts.map(([waitUs, runUs]) => ({ waitUs, runUs })),
  };
}

function test(tasks: readonly Task[], sliceUs = 0, pauses: readonly Pause[] = [], lowest?: Band) {
  return testEdf({ tasks, sliceUs, pauses }, lowest);
}

spec("a server without tasks is idle", () => {
  const { usePpm, tightest, refusal } = test([]);
  assert.equal([usePpm, tightest, refusal], [0, undefined, undefined]);
});

spec("a job that waits takes its runs, its waits and the slice that blocks each run", () => {
  const light = task("light", {
    every: 1_000_000,
    within: 400_000,
    parts: [
      [0, 1000],
      [180_000, 500],
    ],
  });
  const { responseUs, usePpm } = test([light], 2000);
  // Each part may find somebody at work who began 1 us before: 2 * 1999.
  assert.is(responseUs.get(light), 1000 + 180_000 + 500 + 2 * 1999);
  assert.is(usePpm, 1500);
});

spec("others work while a job waits: waits are no demand", () => {
  const waiting = Array.from({ length: 5 }, (_, index) =>
    task(`light${index}`, {
      every: 200_000,
      parts: [
        [0, 500],
        [180_000, 500],
      ],
    }),
  );
  assert.is(test(waiting).refusal, undefined);
  const atWork = waiting.map((each) => ({ ...each, parts: [{ waitUs: 0, runUs: 181_000 }] }));
  assert.is(test(atWork).refusal?.why, "demand");
});

spec("bounds of one round make those of the next better, until all fits", () => {
  const sensors = Array.from({ length: 12 }, (_, index) =>
    task(`sensor${index}`, {
      every: 100_000,
      parts: [
        [0, 1000],
        [9000, 1400],
      ],
    }),
  );
  const { refusal, responseUs } = test(sensors, 2700, [{ everyUs: 1_000_000, us: 5000 }]);
  assert.is(refusal, undefined);
  // What any test has to grant: all runs of the others, a slice and a collection before each part, and the wait.
  const least = 9000 + 12 * 2400 + 2699 + 5000;
  for (const us of responseUs.values()) assert.ok(us >= least && us <= 90_000, `${us} us`);
});

spec("a wait that is longer than the deadline is refused for what it is", () => {
  const slow = task("slow", {
    every: 100_000,
    parts: [
      [0, 100],
      [180_000, 100],
    ],
  });
  const { refusal } = test([slow]);
  assert.ok(refusal?.why === "waits");
  assert.equal([refusal.lengthUs, refusal.demandUs], [100_000, 180_000]);
});

spec("parts that each fit and together do not are refused with the time they take", () => {
  const slow = task("slow", {
    every: 100,
    parts: [
      [0, 10],
      [60, 10],
    ],
  });
  const { refusal } = test([slow], 21);
  assert.ok(refusal?.why === "waits");
  assert.equal([refusal.lengthUs, refusal.demandUs], [100, 120]);
  assert.is(test([slow], 11).refusal, undefined);
});

spec("a critical task waits for one slice of what is below it, whatever that demands", () => {
  const valve = task("valve", { every: 100, within: 30, band: "critical", parts: [[0, 10]] });
  const bulk = task("bulk", { every: 50, band: "best-effort", parts: [[0, 20]] });
  const flood = { ...bulk, name: "flood", parts: [{ waitUs: 0, runUs: 45 }], sliceUs: 20 };
  assert.is(test([valve, bulk, flood], 0, [], "critical").refusal, undefined);
  assert.is(test([valve, bulk, flood]).refusal?.why, "demand");
  const { responseUs } = test([valve, bulk], 0, [], "critical");
  assert.is(responseUs.get(valve), 10 + 19);
});

spec("a lower band bears all of the higher one, also what is due later", () => {
  const high = task("high", { every: 1000, band: "critical", parts: [[0, 50]] });
  const low = task("low", { every: 100, parts: [[0, 60]] });
  const { refusal } = test([high, low]);
  assert.ok(refusal?.why === "demand");
  assert.equal([refusal.task.name, refusal.lengthUs, refusal.demandUs], ["low", 100, 110]);
  // In one band the long deadline would give way, but for the slice it has begun.
  assert.is(test([{ ...high, band: "normal", sliceUs: 10 }, low]).refusal, undefined);
});

spec("a pause counts once when it is rare, and as often as it comes", () => {
  const job = task("job", { every: 100, within: 40, parts: [[0, 20]] });
  assert.is(test([job], 0, [{ everyUs: 1000, us: 20 }]).refusal, undefined);
  assert.is(test([job], 0, [{ everyUs: 1000, us: 21 }]).refusal?.why, "demand");
  assert.is(test([job], 0, [{ everyUs: 25, us: 11 }]).refusal?.why, "demand");
});

spec("a server that is used to the full and never rests is still decided", () => {
  const full = [task("a", { every: 2, parts: [[0, 1]] }), task("b", { every: 2, parts: [[0, 1]] })];
  assert.is(test(full).refusal, undefined);
});

spec("what would take for ever to test is not admitted", () => {
  // Prime periods and 3 in ten million of the time to spare: the server may be at work for weeks without a break.
  const rows: [number, number][] = [
    [1_000_003, 333_333],
    [999_983, 333_333],
    [999_979, 333322],
  ];
  const tasks = rows.map(([every, run]) => ({
    ...task(`t${every}`, { every, parts: [[0, run]] }),
    sliceUs: 1,
  }));
  const { refusal, usePpm } = test(tasks);
  assert.ok(usePpm > 999_990 && usePpm < 1_000_010);
  assert.ok(refusal?.why === "undecided" || refusal?.why === "use", refusal?.why);
});

spec("a task that means nothing is a defect of the caller", () => {
  for (const written of [
    { every: 100, within: 101, parts: [[0, 1]] },
    { every: 100, parts: [] },
    { every: 100.5, parts: [[0, 1]] },
    { every: 0, parts: [[0, 1]] },
  ] satisfies Written[]) {
    assert.throws(() => test([task("odd", written)]), /is no task/);
  }
});
