/**
 * A device's way down and up its ladder of modes. Pure: told of good jobs, faults, crashes, orders and of what it
 * depends on, it answers with the step that is due. Time comes with each call, monotonic us.
 *
 * Down: one rung after `faultsToDescend` failed jobs in a row (not below `safe`: probing goes on there), one rung for
 * more than `intensity` crashes in `periodMs`, to `safe` with what it depends on, and wherever an operator says.
 * Up: one rung after `probationMs` without a fault, never above what an operator or a dependency allows. A fall soon
 * after a climb doubles the next probation (up to 16 times), so a flapping device settles low. `off` after crashes ends
 * by time, each time after twice as long.
 *
 * There is one ladder a device. While the device lives it walks it; between two lives its keeper does.
 */
import type { Command } from "../command-spec.ts";
import type { Cause, EndCause } from "./cause.ts";
import { describeCause } from "./cause.ts";
import { type LadderRule, LONGEST_BACKOFF } from "./ladder-rule.ts";
import { holds, type LadderState, type Told } from "./ladder-state.ts";
import type { Mode } from "./mode.ts";
import { boundForMs } from "./mode-order.ts";

/** One change of mode. */
export interface Step {
  readonly from: Mode;
  readonly to: Mode;
  readonly cause: Cause;
}

/** What became of something it was told: a step, nothing, or no (in words). */
export interface Answer {
  readonly step?: Step | undefined;
  readonly refused?: string;
}

export class Ladder {
  readonly #rule: LadderRule;
  #state: LadderState;

  constructor(rule: LadderRule, state: LadderState) {
    this.#rule = rule;
    this.#state = state;
  }

  /** All that it knows. */
  get state(): LadderState {
    return this.#state;
  }

  /** Goes on where another life came to. */
  goOn(state: LadderState): void {
    this.#state = state;
  }

  get mode(): Mode {
    return this.#state.mode;
  }

  /** Why it is not in full service. */
  get reason(): Cause | undefined {
    return this.#state.reason;
  }

  /** Time without a fault that the next climb takes, ms. */
  get probationMs(): number {
    return this.#rule.probationMs * this.#state.backoff;
  }

  /** When `expire` has something to do, us; `Infinity` when nothing ends by time. */
  get nextUs(): number {
    const { mode, bound, offUntilUs } = this.#state;
    const boundUs = bound?.untilUs ?? Number.POSITIVE_INFINITY;
    if (mode !== "off" || bound?.mode === "off") return boundUs;
    return Math.min(boundUs, offUntilUs ?? Number.NEGATIVE_INFINITY);
  }

  /** When it goes up if nothing fails, ms from now; undefined at the top, and while nobody can say. */
  climbsInMs(nowUs: number): number | undefined {
    const { mode, bound, goodSinceUs, offUntilUs = nowUs } = this.#state;
    const boundUs =
      bound !== undefined && this.#place(mode) <= this.#place(bound.mode) ? bound.untilUs : nowUs;
    if (mode === "off") return Math.max(0, offUntilUs - nowUs, boundUs - nowUs) / 1000;
    if (mode === this.#rule.rungs[0] || this.#isHeld || goodSinceUs === undefined) return undefined;
    return Math.max(0, goodSinceUs + this.probationMs * 1000 - nowUs, boundUs - nowUs) / 1000;
  }

  /** A job failed. Lower when this was one too many, never lower than `safe`. */
  fault(nowUs: number, cause: Cause): Step | undefined {
    const faults = this.#state.faults + 1;
    this.#change({ faults, goodSinceUs: undefined });
    return faults < this.#rule.faultsToDescend ? undefined : this.descend(nowUs, cause);
  }

  /** One rung down at once, at most to `safe`; undefined when it is there. */
  descend(nowUs: number, cause: Cause): Step | undefined {
    const next = this.#place(this.mode) + 1;
    if (next > this.#place("safe")) {
      this.#change({ faults: 0, goodSinceUs: undefined });
      return undefined;
    }
    return this.#down(nowUs, this.#rule.rungs[next]!, cause);
  }

  /** A job went well. Higher when the probation is over. */
  good(nowUs: number): Step | undefined {
    const goodSinceUs = this.#isHeld ? undefined : (this.#state.goodSinceUs ?? nowUs);
    const { mode, bound, faults } = this.#state;
    if (faults > 0 || goodSinceUs !== this.#state.goodSinceUs) this.#change({ faults: 0, goodSinceUs });
    if (goodSinceUs === undefined || nowUs - goodSinceUs < this.probationMs * 1000) return undefined;
    if (mode === this.#rule.rungs[0]) {
      if (this.#state.backoff > 1 || this.#state.early) this.#change({ backoff: 1, early: false });
      return undefined;
    }
    if (bound !== undefined && this.#place(mode) <= this.#place(bound.mode)) return undefined;
    const afterMs = this.probationMs;
    this.#change({ early: false });
    return this.#up(nowUs, { kind: "probation", afterMs });
  }

  /** A life ended by itself. Lower when these are too many; below `safe` it is off for a while. */
  crashed(nowUs: number, cause: EndCause): Step | undefined {
    const { intensity, periodMs, longestOffMs } = this.#rule;
    const recent = this.#state.crashesUs.filter((atUs) => atUs >= nowUs - periodMs * 1000);
    const crashesUs = [...recent, nowUs];
    this.#change({ crashesUs, faults: 0, goodSinceUs: undefined });
    if (crashesUs.length <= intensity) return undefined;
    this.#change({ crashesUs: [] });
    const next = this.#rule.rungs[this.#place(this.mode) + 1];
    if (next === undefined) return undefined;
    const step = this.#down(nowUs, next, { ...cause, restarts: crashesUs.length });
    if (next === "off") {
      const { offMs } = this.#state;
      this.#change({ offUntilUs: nowUs + offMs * 1000, offMs: Math.min(2 * offMs, longestOffMs) });
    }
    return step;
  }

  /** Something from outside the device; counted, so that its keeper knows what arrived. */
  take(told: Told, nowUs: number): Answer {
    this.#change({ told: this.#state.told + 1 });
    return told.type === "operate" ? this.#operate(told.command, nowUs) : { step: this.#rely(told, nowUs) };
  }

  /** What ends by time: an operator's order, and being off. */
  expire(nowUs: number): Step | undefined {
    const { bound } = this.#state;
    if (bound !== undefined && bound.untilUs <= nowUs) this.#change({ bound: undefined });
    const { mode, offUntilUs } = this.#state;
    if (mode !== "off" || this.#state.bound?.mode === "off") return undefined;
    if (offUntilUs !== undefined && offUntilUs > nowUs) return undefined;
    this.#change({ offUntilUs: undefined });
    return this.#step("safe", { kind: offUntilUs === undefined ? "operatorEnded" : "retry" });
  }

  #operate({ mode: asked = "auto", forMs }: Command, nowUs: number): Answer {
    if (asked === "auto") {
      this.#change({ bound: undefined });
      return { step: this.expire(nowUs) };
    }
    const { rungs } = this.#rule;
    if (!rungs.includes(asked)) return { refused: `it has no mode ${asked}: it has ${rungs.join(", ")}` };
    const up = this.#place(asked) < this.#place(this.mode);
    const no = up ? this.#whyNotEarly(nowUs) : undefined;
    if (no !== undefined) return { refused: no };
    const top = asked === rungs[0];
    const longMs = boundForMs(asked, forMs);
    this.#change({ bound: top ? undefined : { mode: asked, untilUs: nowUs + longMs * 1000 } });
    const cause: Cause = { kind: "operator", asked, ...(top ? {} : { forMs: longMs }) };
    if (up) {
      this.#change({ early: true, backoff: 1, offUntilUs: undefined });
      return { step: this.#up(nowUs, cause) };
    }
    if (asked === this.mode) return {};
    return { step: this.#down(nowUs, asked, cause) };
  }

  /** One early step for each fall: it is for the ladder, not for a person, to say that a device is well. */
  #whyNotEarly(nowUs: number): string | undefined {
    const [held] = Object.entries(this.#state.heldBy);
    if (held !== undefined && this.mode === "safe")
      return describeCause({ kind: "dependency", device: held[0], ...held[1] });
    if (!this.#state.early) return undefined;
    const leftMs = this.climbsInMs(nowUs);
    const when = leftMs === undefined ? "" : ` (${Math.ceil(leftMs / 1000)} s without a fault)`;
    return `it was let up early once and has to prove itself first${when}`;
  }

  /** What it depends on is down: so is this, and its own probation starts when that is back. */
  #rely({ device, mode, cause }: Extract<Told, { type: "rely" }>, nowUs: number): Step | undefined {
    const { [device]: _, ...others } = this.#state.heldBy;
    if (!holds(mode)) {
      this.#change({ heldBy: others });
      return undefined;
    }
    const held = { mode, ...(cause === undefined ? {} : { cause }) };
    const why: Cause = { kind: "dependency", device, ...held };
    this.#change({ heldBy: { ...others, [device]: held }, goodSinceUs: undefined });
    if (this.#place(this.mode) < this.#place("safe")) return this.#down(nowUs, "safe", why);
    const { reason } = this.#state;
    if (reason?.kind === "input" || reason?.kind === "dependency") this.#change({ reason: why });
    return undefined;
  }

  get #isHeld(): boolean {
    return Object.keys(this.#state.heldBy).length > 0;
  }

  /** Highest is 0. */
  #place(mode: Mode): number {
    return this.#rule.rungs.indexOf(mode);
  }

  #down(nowUs: number, to: Mode, cause: Cause): Step {
    const { climbedAtUs, backoff } = this.#state;
    const soon = climbedAtUs !== undefined && nowUs - climbedAtUs < this.probationMs * 1000;
    const again = soon && cause.kind !== "operator";
    this.#change({
      faults: 0,
      goodSinceUs: undefined,
      early: false,
      backoff: again ? Math.min(2 * backoff, LONGEST_BACKOFF) : backoff,
      reason: cause,
    });
    return this.#step(to, cause);
  }

  #up(nowUs: number, cause: Cause): Step {
    const to = this.#rule.rungs[this.#place(this.mode) - 1]!;
    this.#change({ climbedAtUs: nowUs, goodSinceUs: cause.kind === "probation" ? nowUs : undefined });
    if (to === this.#rule.rungs[0]) this.#change({ reason: undefined, offMs: this.#rule.firstOffMs });
    return this.#step(to, cause);
  }

  #step(to: Mode, cause: Cause): Step {
    const from = this.mode;
    this.#change({ mode: to });
    return { from, to, cause };
  }

  #change(change: Partial<LadderState>): void {
    this.#state = { ...this.#state, ...change };
  }
}
