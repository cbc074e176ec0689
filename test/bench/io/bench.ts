import type { Row } from "../rows.ts";

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
export interface IoBench {
  readonly name: string;
  run(options: IoOptions): Promise<readonly Row[]>;
}

/** Microseconds for people. */
export function us({
  medianUs,
  p99Us,
  worstUs,
}: {
  readonly medianUs: number;
  readonly p99Us: number;
  readonly worstUs: number;
}): string {
  return `median ${medianUs} us, p99 ${p99Us} us, worst ${worstUs} us`;
}
