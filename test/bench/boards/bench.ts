import type { Bench } from "../run-benches.ts";

/** How much is tried. */
export interface BoardsOptions {
  /** Deaths of a process, each. */
  readonly trials: number;
  /** Records, messages and the like. */
  readonly count: number;
}

/** One part of `npm run bench:boards`. */
export type BoardsBench = Bench<BoardsOptions>;
