/** The intervals in which one piece of work could be late, from the shortest to the longest that matters. */
import { busyPeriodUs, repeatsAfterUs } from "./busy-period.ts";
import { blockingUs, Demand, type Piece } from "./demand.ts";
import type { Server } from "./task.ts";

/** Intervals looked at for one piece of work; about 50 ms among ten tasks. */
const POINTS = 100_000;

/** An interval and what may be demanded in it, us; the supply is the interval itself. */
export interface Interval {
  readonly lengthUs: number;
  readonly demandUs: number;
}

export interface Walk {
  /** `undecided`: there are more intervals than anybody would wait for. */
  readonly end: "fits" | "over" | "undecided";
  /** The interval with least to spare; the first that is over where they never end. */
  readonly tightest: Interval;
}

/** Walks for one piece of work. */
export class PieceWalks {
  readonly #server: Server;
  readonly #pieces: readonly Piece[];
  readonly #piece: Piece;
  readonly #longestUs: number;
  #looked = 0;

  constructor(server: Server, pieces: readonly Piece[], piece: Piece) {
    this.#server = server;
    this.#pieces = pieces;
    this.#piece = piece;
    const everything = new Demand(server, pieces, piece, Number.MAX_SAFE_INTEGER);
    const before = pieces.filter(({ rank }) => rank <= piece.rank);
    this.#longestUs = Math.min(
      busyPeriodUs(everything, blockingUs(server, pieces, piece.task.band, -1)),
      repeatsAfterUs(before, server.pauses),
    );
  }

  /** Is the piece always done `windowUs` after it was ready? */
  within(windowUs: number): Walk {
    const { task, earliestUs } = this.#piece;
    const slackUs = task.deadlineUs - earliestUs - windowUs;
    const demand = new Demand(this.#server, this.#pieces, this.#piece, slackUs);
    const at = (lengthUs: number): Interval => {
      const blockedUs = blockingUs(this.#server, this.#pieces, task.band, lengthUs + slackUs);
      return { lengthUs, demandUs: demand.us(lengthUs, blockedUs) };
    };
    let tightest = at(windowUs);
    // Nobody is at work for that long without a break.
    if (windowUs > this.#longestUs) return { end: "fits", tightest };
    for (let points = 0, lengthUs = windowUs; lengthUs <= this.#longestUs; points++, this.#looked++) {
      if (points > POINTS) return { end: isOver(tightest) ? "over" : "undecided", tightest };
      const interval = at(lengthUs);
      if (interval.lengthUs - interval.demandUs < tightest.lengthUs - tightest.demandUs) tightest = interval;
      if (isOver(tightest) && this.#longestUs === Number.POSITIVE_INFINITY) break;
      lengthUs = demand.nextUs(lengthUs);
    }
    return { end: isOver(tightest) ? "over" : "fits", tightest };
  }

  /**
   * The shortest window that the piece always keeps to, given that it keeps to `windowUs`; a longer one when finding it
   * would take too many intervals.
   */
  shortestUs(windowUs: number): number {
    let [low, high] = [1, windowUs];
    while (low < high && this.#looked < POINTS) {
      const middle = Math.floor((low + high) / 2);
      if (this.within(middle).end === "fits") high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function isOver({ lengthUs, demandUs }: Interval): boolean {
  return demandUs > lengthUs;
}
