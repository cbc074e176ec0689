/** What `holdfast top` shows, as numbers: one overview, and the one before for what is a difference. */
import type { CellFacts, JobFacts, Overview } from "../board/overview.ts";

/** What jobs are put in order by. */
export const SORTS = ["name", "late", "worst", "run", "budget", "misses", "restarts"] as const;
export type Sort = (typeof SORTS)[number];

/** A device or controller and its job; times of the last minute in us, undefined where nobody knows them. */
export interface JobRow {
  readonly name: string;
  readonly mode: string;
  readonly everyUs: number | undefined;
  readonly lateUs: number | undefined;
  readonly late99Us: number | undefined;
  readonly worstUs: number | undefined;
  readonly run99Us: number | undefined;
  /** Of its budget, 1: all of it. */
  readonly ofBudget: number | undefined;
  readonly misses: number;
  readonly restarts: number;
  readonly cause: string;
}

export interface CellRow {
  readonly cell: CellFacts;
  /** Of a core, 0..1, since the overview before; undefined where nobody knows. */
  readonly used: number | undefined;
  /** Ready while others had the cores, likewise. */
  readonly waited: number | undefined;
}

/** A report is old when it is older than this and three periods: its last minute is not this one. */
const OLD_MS = 10_000;

/** Greatest first, equal ones by name. */
export function jobRows({ devices, jobs }: Overview, sort: Sort): readonly JobRow[] {
  const byName = new Map(jobs.map((job) => [job.job, job]));
  const rows = devices.map(({ id, mode, restarts, cause, misses }) => {
    const job = byName.get(id);
    byName.delete(id);
    return { ...measured(job), name: id, mode, restarts, cause: cause ?? "", misses: job?.misses ?? misses };
  });
  // Jobs of nobody that is configured: rare, and not hidden.
  for (const job of byName.values())
    rows.push({ ...measured(job), name: job.job, mode: "", restarts: 0, cause: "", misses: job.misses });
  const measure = MEASURES[sort];
  return rows.sort((a, b) => measure(b) - measure(a) || a.name.localeCompare(b.name));
}

const MEASURES: Readonly<Record<Sort, (row: JobRow) => number>> = {
  name: () => 0,
  late: ({ late99Us }) => late99Us ?? -1,
  worst: ({ worstUs }) => worstUs ?? -1,
  run: ({ run99Us }) => run99Us ?? -1,
  budget: ({ ofBudget }) => ofBudget ?? -1,
  misses: ({ misses }) => misses,
  restarts: ({ restarts }) => restarts,
};

function measured(job: JobFacts | undefined) {
  const isOld = job === undefined || job.ageMs > OLD_MS + (3 * (job.periodUs ?? 0)) / 1000;
  const late = isOld || job.latenessUs.recent.count === 0 ? undefined : job.latenessUs.recent;
  const run99Us = isOld || job.executionUs.recent.count === 0 ? undefined : job.executionUs.recent.p99;
  const budgetUs = job?.budgetUs ?? undefined;
  return {
    everyUs: job?.periodUs ?? undefined,
    lateUs: late?.p50,
    late99Us: late?.p99,
    worstUs: late?.max,
    run99Us,
    ofBudget: run99Us === undefined || budgetUs === undefined ? undefined : run99Us / budgetUs,
  };
}

/** Busiest first, or by name; those that do not answer before all. */
export function cellRows(now: Overview, before: Overview | undefined, sort: Sort): readonly CellRow[] {
  const earlier = new Map(before?.cells?.map((cell) => [cell.cell, cell]));
  const rows = (now.cells ?? []).map((cell) => ({ cell, ...shares(cell, earlier.get(cell.cell)) }));
  const measure = ({ cell, used }: CellRow) =>
    sort === "name" ? 0 : cell.report === null ? Number.POSITIVE_INFINITY : (used ?? -1);
  return rows.sort((a, b) => compare(measure(b), measure(a)) || a.cell.cell.localeCompare(b.cell.cell));
}

/** What a thread did between two answers of the same life. */
export function shares(now: CellFacts, before: CellFacts | undefined): Omit<CellRow, "cell"> {
  const thread = now.report?.thread;
  const earlier = before?.incarnation === now.incarnation ? before.report?.thread : undefined;
  const passedUs = (now.report?.atUs ?? 0) - (before?.report?.atUs ?? 0);
  if (!thread || !earlier || passedUs <= 0) return { used: undefined, waited: undefined };
  const share = (us: number) => Math.max(0, us / passedUs);
  return { used: share(thread.ranUs - earlier.ranUs), waited: share(thread.waitedUs - earlier.waitedUs) };
}

/** Infinity less infinity is no number. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
