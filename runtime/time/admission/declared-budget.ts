/** Does a job keep to the budget that it was admitted with? */

/** What was measured of one job, us: run only, waits excluded. */
export interface MeasuredRun {
  readonly count: number;
  readonly p99Us: number;
  readonly worstUs: number;
}

/**
 * `within`: no run was longer than declared. `spikes`: the worst was, 99 of 100 were not; the machine stalls, or the
 * budget is a little short. `over`: more than one run in a hundred is longer than what admission counted with.
 * `unknown`: too few runs to speak of a percentile.
 */
export type BudgetVerdict = "within" | "spikes" | "over" | "unknown";

/** Fewer runs than this have no 99th percentile. */
export const LEAST_RUNS = 100;

/** Compares a declared budget, us, with what was measured. */
export function judgeBudget(budgetUs: number, { count, p99Us, worstUs }: MeasuredRun): BudgetVerdict {
  if (count < LEAST_RUNS) return "unknown";
  if (p99Us > budgetUs) return "over";
  return worstUs > budgetUs ? "spikes" : "within";
}

/** The event that is told about it. */
export interface OverBudget {
  readonly kind: "overBudget";
  readonly job: string;
  readonly budgetUs: number;
  readonly p99Us: number;
  readonly worstUs: number;
}

/** The event when the job has just come to be over its budget; once, until it was within or at spikes again. */
export function overBudget(
  job: string,
  budgetUs: number,
  measured: MeasuredRun,
  before: BudgetVerdict,
): OverBudget | undefined {
  if (before === "over" || judgeBudget(budgetUs, measured) !== "over") return undefined;
  const { p99Us, worstUs } = measured;
  return { kind: "overBudget", job, budgetUs, p99Us, worstUs };
}
