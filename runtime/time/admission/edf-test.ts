/**
 * Does non-preemptive EDF, inside bands, keep every deadline? The test walks over all intervals in which a deadline
 * could be missed and compares demand with supply.
 *
 * Exact for tasks of one part in one band (George, Rivierre, Spuri 1996; for deadlines equal to periods it is the
 * condition of Jeffay, Stanat, Martel 1991): what is refused does miss a deadline for some release times. Sufficient
 * otherwise: a job with waits inside may be refused although it never would be late.
 *
 * Cost: the intervals are bounded by the longest time the server can be busy without a break, so pseudo-polynomial:
 * microseconds for a server that is half used, without bound near 100 %. After a hundred thousand intervals the answer is
 * `undecided`, and who cannot be tested is not admitted.
 */
import { type Piece, piecesOf } from "./demand.ts";
import { type Interval, PieceWalks } from "./intervals.ts";
import { BANDS, type Band, checkTask, type Server, type Task, usePpm } from "./task.ts";

/** `demand`: more in an interval than it has. `waits`: the parts of a job with their waits take longer than its deadline. */
export type Refusal =
  | ({ readonly why: "demand"; readonly task: Task } & Interval)
  | ({ readonly why: "waits"; readonly task: Task } & Interval)
  | { readonly why: "use"; readonly usePpm: number }
  | { readonly why: "undecided"; readonly task: Task };

export interface EdfVerdict {
  readonly usePpm: number;
  /** The interval with least to spare, of those that the test looked at; absent without tasks. */
  readonly tightest?: Interval;
  /** Bounds of the response time by task, us; absent for tasks that are refused. */
  readonly responseUs: ReadonlyMap<Task, number>;
  readonly refusal?: Refusal;
}

/** Tests the tasks in the bands down to `lowest`; lower ones count only as who may be at work when a task comes. */
export function testEdf(server: Server, lowest: Band = "best-effort"): EdfVerdict {
  for (const task of server.tasks) checkTask(task);
  const bands = BANDS.slice(0, BANDS.indexOf(lowest) + 1);
  const tasks = server.tasks.filter(({ band }) => bands.includes(band));
  const used = usePpm({ tasks, pauses: server.pauses });
  const pieces = piecesOf(server.tasks);
  const responseUs = new Map<Task, number>();
  let tightest: Interval | undefined;
  let refusal: Refusal | undefined;
  for (const task of tasks) {
    const test = testTask(server, pieces, task, used > 1e6);
    if (test.responseUs !== undefined) responseUs.set(task, test.responseUs);
    if (spareUs(test.tightest) < spareUs(tightest)) tightest = test.tightest;
    if (test.refusal !== undefined && over(test.refusal) > over(refusal)) refusal = test.refusal;
  }
  return {
    usePpm: used,
    responseUs,
    ...(tightest !== undefined && { tightest }),
    ...(refusal !== undefined && { refusal }),
  };
}

interface TaskTest {
  readonly tightest?: Interval;
  readonly responseUs?: number;
  readonly refusal?: Refusal;
}

function testTask(server: Server, pieces: readonly Piece[], task: Task, overfull: boolean): TaskTest {
  const own = pieces.filter((piece) => piece.task === task);
  const waitsUs = task.parts.reduce((sum, { waitUs }) => sum + waitUs, 0);
  const windowUs = task.deadlineUs - waitsUs;
  if (windowUs < 1) return { refusal: { why: "waits", task, lengthUs: task.deadlineUs, demandUs: waitsUs } };
  let tightest: Interval | undefined;
  let responseUs = waitsUs;
  for (const piece of own) {
    const walks = new PieceWalks(server, pieces, piece);
    const walk = walks.within(windowUs);
    if (walk.end === "undecided")
      return { refusal: overfull ? { why: "use", usePpm: usePpm(server) } : { why: "undecided", task } };
    if (walk.end === "over") return { refusal: { why: "demand", task, ...walk.tightest } };
    if (spareUs(walk.tightest) < spareUs(tightest)) tightest = walk.tightest;
    responseUs += walks.shortestUs(windowUs);
  }
  if (responseUs > task.deadlineUs)
    return { refusal: { why: "waits", task, lengthUs: task.deadlineUs, demandUs: responseUs } };
  return { responseUs, ...(tightest !== undefined && { tightest }) };
}

/** The shorter the spare time, the worse; no interval has all the time there is. */
function spareUs(interval: Interval | undefined): number {
  return interval === undefined ? Number.POSITIVE_INFINITY : interval.lengthUs - interval.demandUs;
}

/** By how much a refusal is over, us; what has no number is worst. */
function over(refusal: Refusal | undefined): number {
  if (refusal === undefined) return Number.NEGATIVE_INFINITY;
  return "lengthUs" in refusal ? refusal.demandUs - refusal.lengthUs : Number.POSITIVE_INFINITY;
}
