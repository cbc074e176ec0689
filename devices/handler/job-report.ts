/** What people are told of the job of a device or controller: each miss, budgets that do not hold, and its timing. */
import type { Job, JobOutcome, MissRule } from "../../runtime/time/job.ts";
import { TELEMETRY, type TimingReport } from "./messages.ts";
import type { Speaker } from "./task.ts";

/** Between two timing reports, and at least between two events of a budget, us. */
const EVERY_US = 2_000_000;

export class JobReport {
  readonly #self: Speaker;
  readonly #device: string;
  #nextTimingUs: number;
  #nextBudgetUs = Number.NEGATIVE_INFINITY;

  constructor(self: Speaker, device: string) {
    this.#self = self;
    this.#device = device;
    this.#nextTimingUs = self.nowUs();
  }

  /** Call after each job, and after each that lapsed. `more`: what else belongs into the timing. */
  tell(job: Job, outcome: JobOutcome, more: () => Partial<TimingReport> = () => ({})): void {
    const nowUs = this.#self.nowUs();
    const { skipped, aborted, missed, overBudgetUs } = outcome;
    const { misses } = job;
    if (missed) {
      const how = { ...(skipped > 0 && { skipped }), ...(aborted && { aborted }) };
      this.#event("miss", { misses, ...how });
    }
    if (overBudgetUs !== undefined && nowUs >= this.#nextBudgetUs) {
      this.#nextBudgetUs = nowUs + EVERY_US;
      this.#event("overBudget", { budgetUs: job.spec.budgetUs, measuredUs: Math.round(overBudgetUs) });
    }
    if (nowUs < this.#nextTimingUs) return;
    this.#nextTimingUs = nowUs + EVERY_US;
    const timing: TimingReport = { ...job.timing(), ...more() };
    this.#self.send(TELEMETRY, { type: "timing", job: this.#device, timing });
    this.#self.send(TELEMETRY, { type: "state", device: this.#device, patch: { misses } });
  }

  #event(kind: string, detail: Readonly<Record<string, unknown>>): void {
    const event = { device: this.#device, kind, job: this.#device, ...detail };
    this.#self.send(TELEMETRY, { type: "event", event });
  }
}

/** The cause of going lower that a broken rule is. */
export function missedTooOften({ misses, of }: MissRule): string {
  return `missed ${misses} of ${of}`;
}
