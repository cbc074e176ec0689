/** What `npm run bench:time` runs: each file that exports one measures one thing. No logic. */
import type { Bench } from "../run-benches.ts";

export interface TimeOptions {
  /** Length of one window, s. Default 60. */
  readonly seconds: number;
  /** Windows of each contender; contenders alternate. Default 2. */
  readonly rounds: number;
  /** Of the row about drift, s. Default: ten windows. */
  readonly driftSeconds: number;
  /** Only benches, conditions and contenders whose names hold all of these words. */
  readonly only: readonly string[];
}

export type TimeBench = Bench<TimeOptions>;
