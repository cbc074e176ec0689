/**
 * How much work can stand before a piece of work within an interval: the demand of the processor-demand tests
 * (Baruah, Rosier, Howell 1990, for preemptive EDF; Jeffay, Stanat, Martel 1991 and George, Rivierre, Spuri 1996,
 * INRIA RR-2966, for non-preemptive EDF), extended to jobs that wait between their parts.
 *
 * The interval. A piece of work is ready, has the absolute deadline d, and should be done by the end of the interval.
 * The interval begins when the server last turned to work that comes before it (in a higher band, or due by d).
 * What can keep the server busy in it is: one slice of later work that began just before; pauses; and every piece that
 * becomes ready inside and comes before. `slackUs` is how much later than the end of the interval d is: 0 when the
 * test is whether the job itself is done by its deadline, which makes the count the usual floor((t - D) / T) + 1.
 *
 * A job that waits is ready for its later parts at a time that depends on everybody else. All that is used is: not
 * before its waits are over, and, as nobody was late before (the first who is late is looked for), early enough to be
 * done by its deadline less the waits that remain. So one more of its parts may reach into an interval than of a plain
 * job's, but no more of it than there was time for: that demand grows with the interval instead of being there at once.
 * Bounds of the response times of parts, once there are some, say better when the part after them is ready.
 */
import { BANDS, type Band, type Server, type Task } from "./task.ts";

/** One part of a task, with the earliest and latest time at which it is ready, us after the release. */
export interface Piece {
  readonly task: Task;
  readonly index: number;
  readonly runUs: number;
  readonly sliceUs: number;
  readonly rank: number;
  readonly earliestUs: number;
  readonly latestUs: number;
  /** It is ready before that by as much as it still has to run. */
  readonly grows: boolean;
}

/** Bounds of the response times of the parts of tasks, us, from when each is ready; the first ones, as far as known. */
export type PartBounds = ReadonlyMap<Task, readonly number[]>;

/** Every part of every task, in order. */
export function piecesOf(tasks: readonly Task[], bounds: PartBounds = new Map()): readonly Piece[] {
  return tasks.flatMap((task) => {
    const totalUs = task.parts.reduce((sum, { waitUs }) => sum + waitUs, 0);
    let waitedUs = 0;
    return task.parts.map(({ waitUs, runUs }, index): Piece => {
      waitedUs += waitUs;
      const byDeadlineUs = task.deadlineUs - (totalUs - waitedUs);
      const before = bounds.get(task)?.slice(0, index) ?? [];
      const byBoundsUs =
        before.length < index ? byDeadlineUs : before.reduce((sum, us) => sum + us, waitedUs);
      const grows = byBoundsUs > byDeadlineUs - runUs && index > 0;
      return {
        task,
        index,
        runUs,
        sliceUs: Math.min(runUs, task.sliceUs ?? runUs),
        rank: BANDS.indexOf(task.band),
        earliestUs: waitedUs,
        latestUs: grows ? byDeadlineUs : byBoundsUs,
        grows,
      };
    });
  });
}

/** The demand before one piece of work, as a function of the length of the interval. */
export class Demand {
  readonly #server: Server;
  readonly #pieces: readonly Piece[];
  readonly #tested: Piece;
  readonly #slackUs: number;

  /** `slackUs`: from the end of the interval to the deadline of the tested job. */
  constructor(server: Server, pieces: readonly Piece[], tested: Piece, slackUs: number) {
    this.#server = server;
    this.#pieces = pieces.filter(({ rank }) => rank <= tested.rank);
    this.#tested = tested;
    this.#slackUs = slackUs;
  }

  /** Blocking, pauses and work in an interval of this length, us. */
  us(lengthUs: number, blockingUs: number): number {
    let us = blockingUs;
    for (const { everyUs, us: pauseUs } of this.#server.pauses) us += pauseUs * Math.ceil(lengthUs / everyUs);
    for (const piece of this.#pieces) {
      const lastUs = lengthUs - this.#offsetUs(piece);
      if (lastUs >= 0) us += workUs(piece, lastUs);
    }
    return us;
  }

  /**
   * The next longer interval in which the demand begins or ends to grow: between two of them it has most in excess of
   * the supply at one of the two. `Infinity` when nothing comes again.
   */
  nextUs(lengthUs: number): number {
    let next = Number.POSITIVE_INFINITY;
    const step = (firstUs: number, everyUs: number) => {
      const passed = lengthUs < firstUs ? 0 : Math.floor((lengthUs - firstUs) / everyUs) + 1;
      next = Math.min(next, firstUs + passed * everyUs);
    };
    for (const { everyUs } of this.#server.pauses) step(1, everyUs);
    for (const piece of this.#pieces) {
      const offsetUs = this.#offsetUs(piece);
      step(offsetUs, piece.task.periodUs);
      if (piece.grows) step(offsetUs + piece.runUs, piece.task.periodUs);
    }
    return next;
  }

  /** The shortest interval that this piece reaches into. */
  #offsetUs(piece: Piece): number {
    const { task, earliestUs, latestUs, rank, index } = piece;
    const readyUs = earliestUs + 1 - latestUs;
    if (rank < this.#tested.rank) return readyUs;
    const dueUs = task.deadlineUs - this.#slackUs - latestUs;
    // Its own later parts cannot be ready before it is done: only those of the jobs before.
    const before = task === this.#tested.task && index > this.#tested.index ? task.periodUs : 0;
    return Math.max(readyUs, dueUs + before);
  }
}

/** Work of one piece in an interval `lastUs` longer than the shortest that it reaches into. */
function workUs({ grows, runUs, task }: Piece, lastUs: number): number {
  const before = Math.floor(lastUs / task.periodUs);
  return before * runUs + (grows ? Math.min(runUs, lastUs % task.periodUs) : runUs);
}

/** Longest slice of work that does not come before a job of the band due `dueUs` after the interval began; it began 1 us before. */
export function blockingUs(server: Server, pieces: readonly Piece[], band: Band, dueUs: number): number {
  const rank = BANDS.indexOf(band);
  let longest = server.sliceUs;
  for (const piece of pieces) {
    if (piece.rank > rank || (piece.rank === rank && piece.task.deadlineUs > dueUs))
      longest = Math.max(longest, piece.sliceUs);
  }
  return Math.max(0, longest - 1);
}
