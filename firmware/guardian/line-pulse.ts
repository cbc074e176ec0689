import type { PulsePlan } from "../contracts/bus-plan.ts";

/** Takes an output of the guardian's own away from its safe level, or lets it go back. */
export type AwayFromSafe = (line: string, away: boolean) => void;

/** One pulse at a time: away from the safe level for its time, back, then the time that what follows needs. */
export class LinePulse {
  readonly #away: AwayFromSafe;
  #plan: PulsePlan | undefined;
  #isAway = false;
  #nextUs = Infinity;

  constructor(away: AwayFromSafe) {
    this.#away = away;
  }

  get underWay(): boolean {
    return this.#plan !== undefined;
  }

  /** When `expire` has something to do; Infinity when no pulse is under way. */
  get nextUs(): number {
    return this.#nextUs;
  }

  /** Only when none is under way. */
  start(plan: PulsePlan, nowUs: number): void {
    this.#plan = plan;
    this.#isAway = true;
    this.#nextUs = nowUs + plan.forUs;
    this.#away(plan.line, true);
  }

  /** True when that was the end of a pulse. */
  expire(nowUs: number): boolean {
    if (this.#plan === undefined || nowUs < this.#nextUs) return false;
    if (this.#isAway) {
      this.#isAway = false;
      this.#nextUs = nowUs + this.#plan.settleUs;
      this.#away(this.#plan.line, false);
      if (nowUs < this.#nextUs) return false;
    }
    this.#plan = undefined;
    this.#nextUs = Infinity;
    return true;
  }
}
