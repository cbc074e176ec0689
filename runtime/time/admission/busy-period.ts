/** How long a server can be at work without a break: longer intervals need not be tested. */
import type { Demand, Piece } from "./demand.ts";
import type { Pause } from "./task.ts";

/** Steps before a busy period counts as endless, which it is when more work comes than the server can do. */
const STEPS = 10_000;
/** About four months: no interval of interest is longer. */
const LONGEST_US = 1e13;

/**
 * The longest time, us, for which the server can be busy with work that may come before the tested piece, whatever its
 * deadlines; `Infinity` when it may never end, or when that cannot be told in `STEPS` steps. `demand` has to count all
 * that is released (a slack beyond every deadline). Cost: steps times tasks.
 */
export function busyPeriodUs(demand: Demand, blockingUs: number): number {
  let lengthUs = 1;
  for (let step = 0; step < STEPS && lengthUs < LONGEST_US; step++) {
    const nextUs = Math.max(1, demand.us(lengthUs, blockingUs));
    if (nextUs <= lengthUs) return lengthUs;
    lengthUs = nextUs;
  }
  return Number.POSITIVE_INFINITY;
}

/**
 * The interval from which on everything only repeats, us: once each task has come, work and time grow by the same in
 * every common multiple of the periods, unless there is more work than time. `Infinity` when there is more, and when the
 * multiple is beyond what numbers hold exactly. It serves where a server is used to the full and never rests.
 */
export function repeatsAfterUs(pieces: readonly Piece[], pauses: readonly Pause[]): number {
  const every = [...pieces.map(({ task }) => task.periodUs), ...pauses.map(({ everyUs }) => everyUs)];
  const multiple = every.reduce(commonMultiple, 1);
  if (multiple > LONGEST_US) return Number.POSITIVE_INFINITY;
  const run = pieces.reduce((sum, { task, runUs }) => sum + (multiple / task.periodUs) * runUs, 0);
  const paused = pauses.reduce((sum, { us, everyUs }) => sum + (multiple / everyUs) * us, run);
  if (paused > multiple) return Number.POSITIVE_INFINITY;
  const begun = pieces.map(({ task }) => task.deadlineUs + 2 * task.periodUs);
  return Math.max(...begun) + multiple;
}

function commonMultiple(a: number, b: number): number {
  let [divisor, rest] = [a, b];
  while (rest > 0) [divisor, rest] = [rest, divisor % rest];
  const multiple = (a / divisor) * b;
  return multiple > LONGEST_US ? Number.POSITIVE_INFINITY : multiple;
}
