import type { Percentiles } from "../machine.ts";
import type { Bench } from "../run-benches.ts";

/** How much is tried. */
export interface IoOptions {
  /** Deaths of a process, each. */
  readonly trials: number;
  /** Round trips, edges and the like. */
  readonly count: number;
  /** Length of a window in which something goes on, s. */
  readonly seconds: number;
}

/** One part of `npm run bench:io`. */
export type IoBench = Bench<IoOptions>;

/** For people. */
export function us({ medianUs, p99Us, worstUs }: Percentiles): string {
  return `median ${medianUs} us, p99 ${p99Us} us, worst ${worstUs} us`;
}

/** For people. */
export function ms({ medianUs, p99Us, worstUs }: Percentiles): string {
  const text = (us: number) => (us / 1000).toFixed(1);
  return `median ${text(medianUs)} ms, p99 ${text(p99Us)} ms, worst ${text(worstUs)} ms`;
}
