/**
 * One cell that is asked for half again as much as it can do. What is critical misses nothing, what can wait is shed,
 * each of it as much as the next, and once less is asked for everything is kept again.
 */
import * as assert from "uvu/assert";
import { CRITICALITY_BAND } from "../../runtime/process/criticality-band.ts";
import type { Self } from "../../runtime/process/self.ts";
import type { PeriodicJob } from "../../runtime/time/periodic-job.ts";
import { spec } from "../harness/spec.ts";
import { type HandCell, handCell } from "../runtime/process/hand-cell.ts";
import { BEST_EFFORT, OVERLOAD, type OverloadTask, overloadJob, workTask } from "./overload-tasks.ts";

const SECOND_US = 1_000_000;

spec("at 150 % critical work misses nothing, best effort is shed evenly, nothing stale is worked", () => {
  const board = new Board();
  board.run(10 * SECOND_US);
  assert.is(board.misses("pump"), 0);
  assert.is(board.misses("heater"), 0);
  assert.is(board.misses("climate"), 0, "normal work fits beside what is critical");
  const done = BEST_EFFORT.map((name) => board.done(name));
  // 30 % of the time are left for 80 %: three of eight releases can be worked, 94 of 250. Which ones fall on their
  // grid decides who has some more of them.
  for (const jobs of done) assert.ok(jobs >= 75 && jobs <= 116, `${done} of 250 releases each were worked`);
  const all = done.reduce((sum, jobs) => sum + jobs);
  assert.ok(all >= 365, `no time is left over: ${all} jobs of 375 that fit`);
  assert.ok(board.longestQueue <= OVERLOAD.length, "no more than one piece of work a task ever waits");
});

spec("when demand falls, everything is kept again from the next releases on", () => {
  const board = new Board();
  board.run(5 * SECOND_US);
  board.demand = 0.6;
  board.run(5.2 * SECOND_US);
  const before = OVERLOAD.map(({ name }) => board.misses(name));
  board.run(10 * SECOND_US);
  assert.equal(
    OVERLOAD.map(({ name }) => board.misses(name)),
    before,
  );
});

spec(
  "normal work that asks for too much takes nothing from what is critical, and best effort gives first",
  () => {
    const board = new Board([
      ...OVERLOAD,
      { name: "history", criticality: "normal", periodMs: 100, budgetMs: 60 },
    ]);
    board.run(10 * SECOND_US);
    assert.is(board.misses("pump"), 0);
    assert.is(board.misses("heater"), 0);
    const normal = board.done("climate") * 6 + board.done("history") * 60;
    const bestEffort = BEST_EFFORT.reduce((ms, name) => ms + board.done(name) * 8, 0);
    // 60 % of the time are left for 90 % of normal work: best effort has the gaps that skipped releases leave.
    assert.ok(normal >= 5000, `${normal} ms of normal work in 10 s`);
    assert.ok(bestEffort <= 1000, `${bestEffort} ms of best effort in 10 s`);
  },
);

spec("the same overload twice gives the same trace", () => {
  const once = () => {
    const board = new Board();
    board.run(2 * SECOND_US);
    return board.trace;
  };
  assert.equal(once(), once());
});

/** Tasks in one cell under a clock that passes only while they work, or when nothing is to be done. */
class Board {
  demand = 1;
  longestQueue = 0;
  readonly trace: string[] = [];
  readonly #hand: HandCell = handCell();
  readonly #jobs = new Map<string, PeriodicJob>();

  constructor(tasks: readonly OverloadTask[] = OVERLOAD) {
    for (const task of tasks) this.#spawn(task);
  }

  run(untilUs: number): void {
    const { cell, clock } = this.#hand;
    while (clock.now() < untilUs) {
      this.longestQueue = Math.max(this.longestQueue, cell.runnableCount);
      if (cell.run(1)) continue;
      const nextUs = cell.nextWakeUs();
      if (nextUs > clock.now()) clock.advanceTo(Math.min(nextUs, untilUs));
    }
  }

  misses(name: string): number {
    return this.#jobs.get(name)!.timing().misses;
  }

  done(name: string): number {
    return this.#jobs.get(name)!.timing().count;
  }

  #spawn(task: OverloadTask): void {
    const { cell, clock } = this.#hand;
    const job = overloadJob(task, clock.now());
    this.#jobs.set(task.name, job);
    const hands = {
      keep: (us: number) => clock.advanceTo(clock.now() + us),
      demand: () => this.demand,
      done: () => this.trace.push(`${clock.now() / 1000} ${task.name}`),
    };
    const body = (self: Self) => workTask(self, job, task.budgetMs, hands);
    cell.spawn(body, [], { label: task.name, band: CRITICALITY_BAND[task.criticality] });
  }
}
