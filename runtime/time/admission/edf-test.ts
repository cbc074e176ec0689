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
import { type PartBounds, type Piece, piecesOf } from "./demand.ts";
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

/** How often bounds of response times are worked out anew from those before, while something does not fit yet. */
const ROUNDS = 6;

/** Tests the tasks in the bands down to `lowest`; lower ones count only as who may be at work when a task comes. */
export function testEdf(server: Server, lowest: Band = "best-effort"): EdfVerdict {
  for (const task of server.tasks) checkTask(task);
  const bands = BANDS.slice(0, BANDS.indexOf(lowest) + 1);
  const tasks = server.tasks.filter(({ band }) => bands.includes(band));
  let round = testRound(server, tasks, new Map());
  // Every bound holds as long as nobody was late before, so the next round may build on it.
  for (let count = 1; count < ROUNDS && mayImprove(round.verdict, tasks); count++) {
    const next = testRound(server, tasks, round.bounds);
    if (totalUs(next.bounds) === totalUs(round.bounds)) break;
    round = next;
  }
  return round.verdict;
}

interface Round {
  readonly verdict: EdfVerdict;
  readonly bounds: PartBounds;
}

function testRound(server: Server, tasks: readonly Task[], known: PartBounds): Round {
  const pieces = piecesOf(server.tasks, known);
  const used = usePpm({ tasks, pauses: server.pauses });
  const bounds = new Map<Task, readonly number[]>();
  const responseUs = new Map<Task, number>();
  let tightest: Interval | undefined;
  let refusal: Refusal | undefined;
  for (const task of tasks) {
    const test = testTask(server, pieces, task, used > 1e6);
    bounds.set(task, test.boundsUs);
    if (test.responseUs !== undefined) responseUs.set(task, test.responseUs);
    if (spareUs(test.tightest) < spareUs(tightest)) tightest = test.tightest;
    if (test.refusal !== undefined && over(test.refusal) > over(refusal)) refusal = test.refusal;
  }
  const verdict = {
    usePpm: used,
    responseUs,
    ...(tightest !== undefined && { tightest }),
    ...(refusal !== undefined && { refusal }),
  };
  return { verdict, bounds };
}

/** More is known about jobs that wait than when the round began, and it was not enough. */
function mayImprove({ refusal }: EdfVerdict, tasks: readonly Task[]): boolean {
  const inReach = refusal?.why === "demand" || refusal?.why === "waits";
  return inReach && tasks.some(({ parts }) => parts.length > 1);
}

/** What is not known counts as what no bound can be. */
function totalUs(bounds: PartBounds): number {
  let sum = 0;
  for (const [{ parts, periodUs }, us] of bounds) {
    sum += us.reduce((own, each) => own + each, (parts.length - us.length) * 2 * periodUs);
  }
  return sum;
}

interface TaskTest {
  readonly boundsUs: readonly number[];
  readonly tightest?: Interval;
  readonly responseUs?: number;
  readonly refusal?: Refusal;
}

function testTask(server: Server, pieces: readonly Piece[], task: Task, overfull: boolean): TaskTest {
  const boundsUs: number[] = [];
  const waitsUs = task.parts.reduce((sum, { waitUs }) => sum + waitUs, 0);
  const { deadlineUs } = task;
  const windowUs = deadlineUs - waitsUs;
  if (windowUs < 1)
    return { boundsUs, refusal: { why: "waits", task, lengthUs: deadlineUs, demandUs: waitsUs } };
  let tightest: Interval | undefined;
  for (const piece of pieces) {
    if (piece.task !== task) continue;
    const walks = new PieceWalks(server, pieces, piece);
    const walk = walks.within(windowUs);
    if (walk.end === "undecided") {
      const refusal: Refusal = overfull ? { why: "use", usePpm: usePpm(server) } : { why: "undecided", task };
      return { boundsUs, refusal };
    }
    if (walk.end === "over") return { boundsUs, refusal: { why: "demand", task, ...walk.tightest } };
    if (spareUs(walk.tightest) < spareUs(tightest)) tightest = walk.tightest;
    boundsUs.push(walks.shortestUs(windowUs));
  }
  const responseUs = boundsUs.reduce((sum, us) => sum + us, waitsUs);
  if (responseUs > deadlineUs)
    return { boundsUs, refusal: { why: "waits", task, lengthUs: deadlineUs, demandUs: responseUs } };
  return { boundsUs, responseUs, ...(tightest !== undefined && { tightest }) };
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
