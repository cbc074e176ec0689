/** First processes of the cell of `overload.ts`. */

import { CRITICALITY_BAND } from "../../../runtime/process/criticality-band.ts";
import type { Pid } from "../../../runtime/process/pid.ts";
import { BAND, type ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { OVERLOAD, type OverloadTask, overloadJob, workTask } from "../../simulation/overload-tasks.ts";

/**
 * How much slower than under virtual time: a shared machine stalls for tens of milliseconds by itself, which a period
 * of 100 ms outlives.
 */
const SLOWER = 10;
/** Demand falls to this share of the first. */
const LESS = 0.5;
/** What was begun under the first demand ends within, ms. */
const SETTLE_MS = 2000;

/** Of one task: jobs done, and releases missed. */
export interface TaskCount {
  readonly name: string;
  readonly done: number;
  readonly misses: number;
}

/** After so long at 150 %, when that had settled, and after as long at 75 %. */
export interface OverloadCounts {
  readonly over: readonly TaskCount[];
  readonly settled: readonly TaskCount[];
  readonly after: readonly TaskCount[];
}

type ToTask = { readonly type: "demand"; readonly share: number } | { readonly type: "count" };
type Counted = { readonly type: "counted"; readonly count: TaskCount };

export function* overloaded(
  self: Self<Counted>,
  { report, seconds }: { readonly report: Pid; readonly seconds: number },
): ProcessGenerator {
  const startUs = self.nowUs() + 100_000;
  const tasks = OVERLOAD.map((task) => {
    const band = CRITICALITY_BAND[task.criticality];
    return self.spawn(taskBody, [slower(task), startUs, self.pid], { label: task.name, band });
  });
  const count = function* () {
    const counts: TaskCount[] = [];
    for (const task of tasks) {
      self.send(task, { type: "count" } satisfies ToTask);
      counts.push((yield* self.receive("counted")).count);
    }
    return counts;
  };
  yield* self.sleep(seconds * 1000);
  const over = yield* count();
  for (const task of tasks) self.send(task, { type: "demand", share: LESS } satisfies ToTask);
  yield* self.sleep(SETTLE_MS);
  const settled = yield* count();
  yield* self.sleep(seconds * 1000);
  self.send(report, { type: "overload", counts: { over, settled, after: yield* count() } });
  yield* self.sleep(60_000);
}

/** Band of the first process: it is asked for what became of the others while these want all of the time. */
export const OVERLOADED_BAND = BAND.system;

function* taskBody(self: Self<ToTask>, task: OverloadTask, startUs: number, parent: Pid): ProcessGenerator {
  const job = overloadJob(task, startUs);
  let demand = 1;
  yield* workTask(self, job, task.budgetMs, {
    keep(us) {
      for (const endUs = self.nowUs() + us; self.nowUs() < endUs; );
    },
    demand: () => demand,
    heard(message) {
      if (message.type === "demand") demand = message.share;
      else {
        const { count: done, misses } = job.timing();
        self.send(parent, { type: "counted", count: { name: task.name, done, misses } } satisfies Counted);
      }
    },
  });
}

function slower({ periodMs, budgetMs, phaseMs = 0, ...task }: OverloadTask): OverloadTask {
  return { ...task, periodMs: periodMs * SLOWER, budgetMs: budgetMs * SLOWER, phaseMs: phaseMs * SLOWER };
}
