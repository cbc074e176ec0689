/** How a job keeps its time, as it is drawn and told. Durations in us. */
import { BAR_EDGES_US } from "../../../runtime/time/histogram.ts";
import { formatMicros, formatTime } from "./format.ts";
import type { Recent, Timing } from "./wire.ts";

/** A bar of the lateness histogram; there is one for each power of two, also where nothing was counted. */
export interface Bar {
  readonly count: number;
  /** 0..1 of the drawing; what was counted at all is seen. */
  readonly height: number;
  /** All that it counts began after the deadline. */
  readonly late: boolean;
}

/** Least height of a bar that counts something: one in a thousand must be seen. */
const least = 0.15;

/** Heights grow with the square root: few that are late matter more than many that are not. */
export function latenessBars(recent: Recent, deadlineUs: number | undefined): readonly Bar[] {
  const most = Math.max(1, ...recent.bars);
  return [...BAR_EDGES_US, Number.POSITIVE_INFINITY].map((_, at) => {
    const count = recent.bars[at] ?? 0;
    const height = count === 0 ? 0 : Math.max(least, Math.sqrt(count / most));
    const fromUs = BAR_EDGES_US[at - 1] ?? 0;
    return { count, height, late: deadlineUs !== undefined && fromUs >= deadlineUs };
  });
}

/** Where a duration stands among the bars: 0 at the left edge, as many as there are bars at the right. */
export function placeOf(us: number): number {
  const [first = 1] = BAR_EDGES_US;
  return Math.min(BAR_EDGES_US.length + 1, Math.max(0, Math.log2(Math.max(us, 1) / first) + 1));
}

/** The drawing in words. */
export function latenessWords(recent: Recent): string {
  const { count, p50, p99, max } = recent;
  if (count === 0) return "no job in the last minute";
  const [half, most, worst] = [p50, p99, max].map(formatMicros);
  return `${jobs(count)} in the last minute: half at most ${half} late, 99 % at most ${most}, worst ${worst}`;
}

/** What the misses were, and what did not become one: `3 misses in 400 jobs: 1 skipped, 1 aborted; 2 over budget`. */
export function missWords({ count, misses, skipped, aborted, overBudget }: Timing): string {
  const kinds = [
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ...(aborted > 0 ? [`${aborted} aborted`] : []),
  ].join(", ");
  const missed = `${misses === 0 ? "no miss" : misses === 1 ? "1 miss" : `${misses} misses`} in ${jobs(count)}`;
  return `${missed}${kinds === "" ? "" : `: ${kinds}`}${overBudget > 0 ? `; ${overBudget} over budget` : ""}`;
}

/** The slowest since the job's start; undefined before the first. */
export function worstWords({ worst }: Timing, nowMs: number): string | undefined {
  if (worst === undefined) return undefined;
  const when = worst.atMs === null ? "" : `, ${formatTime(worst.atMs, nowMs)}`;
  return `slowest ever: ${formatMicros(worst.responseUs)} from release to end${when}`;
}

/** A row of the table: what, its limit where it has one, and percentiles of the last minute. */
export interface TimingRow {
  readonly what: string;
  readonly limit: string;
  readonly values: readonly string[];
}

/** Rows for what the job measures; empty when it told of no last minute. */
export function timingRows(timing: Timing): readonly TimingRow[] {
  const { lateness, execution, response, endToEnd, budgetUs, deadlineUs } = timing;
  const row = (what: string, recent: Recent | undefined, limit: string, limitUs?: number): TimingRow[] => {
    if (recent === undefined || recent.count === 0) return [];
    const values = [recent.p50, recent.p99, recent.max].map(formatMicros);
    return [{ what, limit: limitUs === undefined ? "" : `${limit} ${formatMicros(limitUs)}`, values }];
  };
  return [
    ...row("begins late", lateness?.recent, ""),
    ...row("runs for", execution?.recent, "budget", budgetUs),
    ...row("done after", response?.recent, "due", deadlineUs),
    ...row("sample to line", endToEnd?.recent, "due", deadlineUs),
  ];
}

function jobs(count: number): string {
  return count === 1 ? "1 job" : `${count} jobs`;
}
