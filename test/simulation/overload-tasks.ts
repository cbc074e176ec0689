/** Tasks that ask for half again as much as a cell can do, and a process that works one of them. */
import type { Self } from "../../runtime/process/self.ts";
import type { Criticality } from "../../runtime/time/job.ts";
import { PeriodicJob } from "../../runtime/time/periodic-job.ts";

export interface OverloadTask {
  readonly name: string;
  readonly criticality: Criticality;
  readonly periodMs: number;
  readonly budgetMs: number;
  /** Of the first release. */
  readonly phaseMs?: number;
}

/** 40 % critical, 30 % normal, 80 % best effort: 150 % in all. */
export const OVERLOAD: readonly OverloadTask[] = [
  { name: "pump", criticality: "critical", periodMs: 10, budgetMs: 2 },
  { name: "heater", criticality: "critical", periodMs: 20, budgetMs: 4 },
  { name: "climate", criticality: "normal", periodMs: 20, budgetMs: 6 },
  { name: "log", criticality: "best-effort", periodMs: 40, budgetMs: 8, phaseMs: 3 },
  { name: "light", criticality: "best-effort", periodMs: 40, budgetMs: 8, phaseMs: 14 },
  { name: "soil", criticality: "best-effort", periodMs: 40, budgetMs: 8, phaseMs: 22 },
  { name: "level", criticality: "best-effort", periodMs: 40, budgetMs: 8, phaseMs: 37 },
];

/** Names of the tasks that may be shed. */
export const BEST_EFFORT = OVERLOAD.flatMap(({ name, criticality }) =>
  criticality === "best-effort" ? [name] : [],
);

/** Work between two looks at who is more urgent, us. */
const SLICE_US = 500;

/** What a task does with each of its slices, and what it is told of meanwhile. */
export interface TaskHands<M> {
  /** Keeps the thread for so long. */
  keep(us: number): void;
  /** Share of its budget that a job takes at present. */
  demand(): number;
  /** A message came instead of a release. */
  heard?(message: M): void;
  /** A job is done. */
  done?(): void;
}

/** The job of a task whose first release is at `startUs` and its phase. */
export function overloadJob({ name, criticality, periodMs, phaseMs = 0 }: OverloadTask, startUs: number) {
  const periodUs = periodMs * 1000;
  const spec = { name, periodUs, deadlineUs: periodUs, hardDeadlineUs: 1000 * periodUs, criticality };
  return new PeriodicJob(spec, startUs + phaseMs * 1000);
}

/** Works its job for ever. */
export function* workTask<M>(
  self: Self<M>,
  job: PeriodicJob,
  budgetMs: number,
  { keep, demand, heard = () => {}, done = () => {} }: TaskHands<M>,
) {
  for (;;) {
    const { releaseUs } = job;
    const dueUs = releaseUs + job.spec.deadlineUs;
    const message = yield* self.receive(undefined, { untilUs: releaseUs, dueUs });
    if (message !== undefined) {
      heard(message as M);
      continue;
    }
    if (!job.begin(self)) {
      job.lapsed();
      continue;
    }
    for (let us = 0; us < budgetMs * 1000 * demand(); us += SLICE_US) {
      keep(SLICE_US);
      yield* self.yield();
    }
    done();
    job.end(self);
  }
}
