/** What people are told of the job of a device or controller: each miss, budgets that do not hold, and its timing. */
import { type BudgetVerdict, judgeBudget, overBudget } from "../../runtime/time/admission/declared-budget.ts";
import type { Job, JobOutcome, JobTiming } from "../../runtime/time/job.ts";
import { type StatePatch, TELEMETRY, type TimingReport } from "./messages.ts";
import type { Speaker } from "./task.ts";

/** Between two timing reports, and at least between two events of a budget, us. */
const EVERY_US = 2_000_000;

/** What else belongs into a report, asked for when one is due. */
export interface More {
  timing?(): Partial<TimingReport>;
  state?(): StatePatch;
}

export class JobReport {
  readonly #self: Speaker;
  readonly #device: string;
  #nextTimingUs: number;
  #nextBudgetUs = Number.NEGATIVE_INFINITY;
  readonly #budgetIsDefault: boolean;
  #verdict: BudgetVerdict = "unknown";

  /** Of a budget that somebody wrote each run over it is told; of a driver's default, that it does not hold. */
  constructor(self: Speaker, device: string, budgetIsDefault = false) {
    this.#self = self;
    this.#device = device;
    this.#budgetIsDefault = budgetIsDefault;
    this.#nextTimingUs = self.nowUs();
  }

  /** Call after each job, and after each that lapsed. */
  tell(job: Job, outcome: JobOutcome, more: More = {}): void {
    const nowUs = this.#self.nowUs();
    const { skipped, aborted, missed, overBudgetUs } = outcome;
    const { misses } = job;
    if (missed) {
      const how = { ...(skipped > 0 && { skipped }), ...(aborted && { aborted }) };
      this.#event("miss", { misses, ...how });
    }
    if (overBudgetUs !== undefined && !this.#budgetIsDefault && nowUs >= this.#nextBudgetUs) {
      this.#nextBudgetUs = nowUs + EVERY_US;
      this.#event("overBudget", { budgetUs: job.spec.budgetUs, measuredUs: Math.round(overBudgetUs) });
    }
    if (nowUs < this.#nextTimingUs) return;
    this.#nextTimingUs = nowUs + EVERY_US;
    const timing: TimingReport = { ...job.timing(), ...more.timing?.() };
    if (this.#budgetIsDefault) this.#judge(timing);
    this.#self.send(TELEMETRY, { type: "timing", job: this.#device, timing });
    this.#self.send(TELEMETRY, { type: "state", device: this.#device, patch: { misses, ...more.state?.() } });
  }

  #judge({ budgetUs, count, executionUs }: Pick<JobTiming, "budgetUs" | "count" | "executionUs">): void {
    if (budgetUs === null) return;
    const measured = { count, p99Us: executionUs.p99, worstUs: executionUs.max };
    const event = overBudget(this.#device, budgetUs, measured, this.#verdict);
    this.#verdict = judgeBudget(budgetUs, measured);
    if (event !== undefined) this.#event(event.kind, event);
  }

  #event(kind: string, detail: object): void {
    const event = { device: this.#device, kind, job: this.#device, ...detail };
    this.#self.send(TELEMETRY, { type: "event", event });
  }
}
