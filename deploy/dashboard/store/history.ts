/** How far back the small charts look. */
export const historyMs = 5 * 60_000;
/** Closer points replace each other: 600 points fill a chart a few hundred pixels wide. */
const closestMs = 500;

/** A value at a time (ms since 1970); null breaks the line: nothing is known from here on. */
export interface Point {
  readonly t: number;
  readonly v: number | null;
}

/** Adds a point and drops what is older than {@link historyMs}; a time before the last point is ignored. */
export function appendPoint(points: readonly Point[], point: Point): readonly Point[] {
  const last = points.at(-1);
  if (last !== undefined && point.t < last.t) return points;
  // The last point moves until it is far enough from the one before; a break in the line always stays.
  const before = points.at(-2);
  const sameSort = before?.v !== null && last?.v !== null && point.v !== null;
  const replace = sameSort && before !== undefined && last !== undefined && last.t - before.t < closestMs;
  const kept = replace ? points.slice(0, -1) : points;
  const oldest = point.t - historyMs;
  // One point before the window stays, so that the line enters it from the left.
  const first = kept.findIndex((entry) => entry.t >= oldest);
  const from = first === -1 ? kept.length : Math.max(0, first - 1);
  return [...kept.slice(from), point];
}

/** What a chart draws for a value: numbers as they are, a switch as 0 or 1, anything else as a gap. */
export function plotted(value: unknown): number | null {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return null;
}
