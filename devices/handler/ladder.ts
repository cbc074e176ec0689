/**
 * A device's way down and up its ladder of modes. Pure: told of good jobs and faults, it answers with the
 * next mode when one is due.
 *
 * Down one rung after `faultsToDescend` faults in a row; up one rung after `probationMs` without a fault. A
 * fall soon after a climb doubles the next probation (up to 16 times), so a flapping device settles low.
 */
import { above, below, type Mode } from "./mode.ts";

export interface LadderRule {
  readonly faultsToDescend: number;
  readonly probationMs: number;
}

export interface LadderSnapshot {
  readonly mode: Mode;
  readonly faults: number;
  readonly goodSinceUs: number | undefined;
  readonly climbedAtUs: number | undefined;
  readonly backoff: number;
}

const LONGEST_BACKOFF = 16;

export class Ladder {
  readonly #rule: LadderRule;
  #mode: Mode;
  #faults = 0;
  #goodSinceUs: number | undefined;
  #climbedAtUs: number | undefined;
  #backoff = 1;

  constructor(mode: Mode, rule: LadderRule) {
    this.#mode = mode;
    this.#rule = rule;
  }

  /** All that it knows, for the next version of the driver. */
  snapshot(): LadderSnapshot {
    return {
      mode: this.#mode,
      faults: this.#faults,
      goodSinceUs: this.#goodSinceUs,
      climbedAtUs: this.#climbedAtUs,
      backoff: this.#backoff,
    };
  }

  goOn({ mode, faults, goodSinceUs, climbedAtUs, backoff }: LadderSnapshot): void {
    this.#mode = mode;
    this.#faults = faults;
    this.#goodSinceUs = goodSinceUs;
    this.#climbedAtUs = climbedAtUs;
    this.#backoff = backoff;
  }

  get mode(): Mode {
    return this.#mode;
  }

  /** Time without a fault that the next climb takes, ms. */
  get probationMs(): number {
    return this.#rule.probationMs * this.#backoff;
  }

  /** A job failed. Returns the lower mode when this was one too many. Never lower than `safe`: probing goes on. */
  fault(nowUs: number): Mode | undefined {
    this.#goodSinceUs = undefined;
    if (++this.#faults < this.#rule.faultsToDescend) return undefined;
    return this.descend(nowUs, "safe");
  }

  /** One rung down, at most to `lowest`; `undefined` when it is there already. */
  descend(nowUs: number, lowest: Mode = "off"): Mode | undefined {
    this.#faults = 0;
    this.#goodSinceUs = undefined;
    if (this.#mode === lowest || this.#mode === "off") return undefined;
    const soonAfterClimb =
      this.#climbedAtUs !== undefined && nowUs - this.#climbedAtUs < this.probationMs * 1000;
    if (soonAfterClimb) this.#backoff = Math.min(this.#backoff * 2, LONGEST_BACKOFF);
    this.#mode = below(this.#mode);
    return this.#mode;
  }

  /** A job went well. Returns the higher mode when the probation is over. */
  good(nowUs: number): Mode | undefined {
    this.#faults = 0;
    this.#goodSinceUs ??= nowUs;
    const goodMs = (nowUs - this.#goodSinceUs) / 1000;
    if (this.#mode === "full") {
      if (goodMs >= this.probationMs) this.#backoff = 1;
      return undefined;
    }
    if (goodMs < this.probationMs) return undefined;
    this.#goodSinceUs = nowUs;
    this.#climbedAtUs = nowUs;
    this.#mode = above(this.#mode);
    return this.#mode;
  }
}
