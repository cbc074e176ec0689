/** The analysis against schedules that are played through: it must never promise too much, and where it is exact, never too little. */
import fc from "fast-check";
import * as assert from "uvu/assert";
import { testEdf } from "../../../../runtime/time/admission/edf-test.ts";
import { BANDS, type Pause, type Task } from "../../../../runtime/time/admission/task.ts";
import { propertyLimitMs, propertyRuns } from "../../../harness/property-runs.ts";
import { spec } from "../../../harness/spec.ts";
import { play } from "./np-edf-simulation.ts";

/** How far schedules are played: several hyperperiods of most sets. */
const HORIZON_US = 600;

const plainTask = fc
  .record({
    runUs: fc.integer({ min: 1, max: 6 }),
    roomUs: fc.integer({ min: 0, max: 14 }),
    restUs: fc.integer({ min: 0, max: 10 }),
  })
  .map(({ runUs, roomUs, restUs }) => ({
    deadlineUs: runUs + roomUs,
    periodUs: runUs + roomUs + restUs,
    parts: [{ waitUs: 0, runUs }],
  }));

const part = fc.record({ waitUs: fc.integer({ min: 0, max: 8 }), runUs: fc.integer({ min: 1, max: 4 }) });
const waitingTask = fc
  .record({
    parts: fc.array(part, { minLength: 1, maxLength: 3 }),
    roomUs: fc.integer({ min: 0, max: 40 }),
    restUs: fc.integer({ min: 0, max: 20 }),
  })
  .map(({ parts, roomUs, restUs }) => {
    const deadlineUs = parts.reduce((sum, { waitUs, runUs }) => sum + waitUs + runUs, 0) + roomUs;
    return { deadlineUs, periodUs: deadlineUs + restUs, parts };
  });

function named(tasks: readonly Omit<Task, "name" | "band">[], bands: readonly number[] = []): Task[] {
  return tasks.map((task, index) => ({ ...task, name: `t${index}`, band: BANDS[bands[index] ?? 1]! }));
}

/**
 * The worst releases of plain tasks: one job that is due late begins just before, then everybody comes at once and as
 * often as may be (George, Rivierre, Spuri 1996). Each task is tried as the one before, and nobody.
 */
function missesFromWorstPhasing(tasks: readonly Task[], untilUs: number): boolean {
  return [undefined, ...tasks].some((blocker) => {
    const phased = tasks.map((task) => ({ task, firstUs: task === blocker ? -1 : 0 }));
    return play(phased, untilUs).miss !== undefined;
  });
}

spec(
  "plain tasks are admitted exactly if no deadline is missed from the worst releases",
  () => {
    let [admitted, refused] = [0, 0];
    fc.assert(
      fc.property(fc.array(plainTask, { minLength: 1, maxLength: 4 }), (set) => {
        const tasks = named(set);
        const { refusal } = testEdf({ tasks, sliceUs: 0, pauses: [] });
        if (refusal === undefined) {
          admitted++;
          assert.is(missesFromWorstPhasing(tasks, HORIZON_US), false);
        } else {
          refused++;
          assert.is(refusal.why, "demand");
          const { lengthUs } = refusal as { lengthUs: number };
          assert.ok(missesFromWorstPhasing(tasks, lengthUs + 1), `no miss by ${lengthUs}`);
        }
      }),
      { seed: 1, ...propertyRuns(2000) },
    );
    assert.ok(admitted > 200 && refused > 200, `${admitted} admitted, ${refused} refused`);
  },
  propertyLimitMs(60_000),
);

spec(
  "what is admitted is never late nor slower than its bound: waits, bands, pauses, shorter runs, any releases",
  () => {
    let admitted = 0;
    fc.assert(
      fc.property(
        fc.array(waitingTask, { minLength: 1, maxLength: 4 }),
        fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 4, maxLength: 4 }),
        fc.array(fc.nat({ max: 60 }), { minLength: 4, maxLength: 4 }),
        fc.record({
          us: fc.integer({ min: 0, max: 3 }),
          everyUs: fc.integer({ min: 20, max: 90 }),
          firstUs: fc.nat({ max: 60 }),
        }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        fc.boolean(),
        (set, bands, phases, pause, random, shorter) => {
          const tasks = named(set, bands);
          const pauses: (Pause & { firstUs: number })[] = pause.us === 0 ? [] : [pause];
          const { refusal, responseUs } = testEdf({ tasks, sliceUs: 0, pauses });
          if (refusal !== undefined) return;
          admitted++;
          const phased = tasks.map((task, index) => ({ task, firstUs: phases[index]! }));
          const run = (longestUs: number) =>
            shorter ? Math.max(1, Math.round(longestUs * random.next().value)) : longestUs;
          const { miss, longestUs } = play(phased, HORIZON_US, { runUs: run, pauses });
          assert.is(miss, undefined);
          for (const [task, us] of longestUs)
            assert.ok(us <= responseUs.get(task)!, `${task.name} took ${us}, bound ${responseUs.get(task)}`);
        },
      ),
      { seed: 2, ...propertyRuns(3000) },
    );
    assert.ok(admitted > 300, `${admitted} admitted`);
  },
  propertyLimitMs(60_000),
);

/** Theorem 4.1 of Jeffay, Stanat, Martel 1991, word for word: every L, every i; deadlines are periods. */
function jeffay(tasks: readonly Task[]): boolean {
  const byPeriod = [...tasks].sort((a, b) => a.periodUs - b.periodUs);
  const cost = ({ parts }: Task) => parts[0]!.runUs;
  if (byPeriod.reduce((sum, task) => sum + cost(task) / task.periodUs, 0) > 1 + 1e-12) return false;
  const [{ periodUs: shortest }] = byPeriod as [Task];
  return byPeriod.every((task, i) => {
    for (let length = shortest + 1; length < task.periodUs; length++) {
      const before = byPeriod.slice(0, i);
      const work = before.reduce(
        (sum, other) => sum + Math.floor((length - 1) / other.periodUs) * cost(other),
        0,
      );
      if (length < cost(task) + work) return false;
    }
    return true;
  });
}

/** The test of George, Rivierre, Spuri 1996 at every t, not only where the demand changes. */
function george(tasks: readonly Task[], untilUs: number): boolean {
  const first = Math.min(...tasks.map(({ deadlineUs }) => deadlineUs));
  for (let t = first; t <= untilUs; t++) {
    let demand = 0;
    let blocking = 0;
    for (const { periodUs, deadlineUs, parts } of tasks) {
      const runUs = parts[0]!.runUs;
      if (deadlineUs > t) blocking = Math.max(blocking, runUs - 1);
      else demand += (Math.floor((t - deadlineUs) / periodUs) + 1) * runUs;
    }
    if (demand + blocking > t) return false;
  }
  return true;
}

spec(
  "the verdict is that of the conditions as they are published, at every interval there is",
  () => {
    const seen = { admitted: 0, refused: 0 };
    fc.assert(
      fc.property(fc.array(plainTask, { minLength: 1, maxLength: 4 }), fc.boolean(), (set, implicit) => {
        const tasks = named(set).map((task) => (implicit ? { ...task, deadlineUs: task.periodUs } : task));
        const fits = testEdf({ tasks, sliceUs: 0, pauses: [] }).refusal === undefined;
        seen[fits ? "admitted" : "refused"]++;
        // Demand beyond the time there is shows within some hyperperiods of periods up to 30.
        assert.is(fits, george(tasks, 20_000));
        if (implicit) assert.is(fits, jeffay(tasks));
      }),
      { seed: 6, ...propertyRuns(300) },
    );
    assert.ok(seen.admitted > 50 && seen.refused > 50, JSON.stringify(seen));
  },
  propertyLimitMs(60_000),
);

spec(
  "a longer period, a later deadline or a shorter run never turns an admitted set of plain tasks down",
  () => {
    fc.assert(
      fc.property(fc.array(plainTask, { minLength: 2, maxLength: 4 }), fc.nat({ max: 9 }), (set, moreUs) => {
        const tasks = named(set);
        if (testEdf({ tasks, sliceUs: 0, pauses: [] }).refusal !== undefined) return;
        const [first, ...others] = tasks as [Task, ...Task[]];
        const slower = { ...first, periodUs: first.periodUs + moreUs };
        assert.is(testEdf({ tasks: [slower, ...others], sliceUs: 0, pauses: [] }).refusal, undefined);
      }),
      { seed: 3, ...propertyRuns(500) },
    );
  },
  propertyLimitMs(20_000),
);
