import type { GuardianEvent } from "../contracts/control.ts";
import type { InputPlan } from "../contracts/output-plan.ts";
import { wantedEdges } from "../wanted-edges.ts";
import { EdgeStorm } from "./edge-storm.ts";
import { PulseCount } from "./pulse-count.ts";
import { RestFilter } from "./rest-filter.ts";

/** Edges a second that an input may have where its plan does not say: no finger, door or float comes near. */
const MAX_EDGE_RATE_HZ = 1000;

/** What an input does to the rest of the guardian. */
export interface InputEffects {
  /** A change that counts, logical, for whoever reads the line. */
  pass(input: Input, level: 0 | 1, atUs: number): void;
  /** Edges of the line are wanted, or not. */
  listen(input: Input, on: boolean): void;
  event(event: GuardianEvent): void;
}

/**
 * One input: what becomes of its edges. In this order: a storm is masked, pulses that are too short are dropped
 * (`debounce` where the backend does not do it by itself, or `glitchFilter`), the chosen edges are counted or passed on.
 */
export class Input {
  readonly plan: InputPlan;
  /** In the plan, outputs first. */
  readonly index: number;
  readonly #pulses: PulseCount | undefined;
  readonly #effects: InputEffects;
  readonly #storm: EdgeStorm;
  readonly #filter: RestFilter | undefined;
  /** Edges that were lost since the last one. */
  #lost = 0;
  /** Reads give the level that has rested, as the kernel's do where it debounces. */
  readonly #readsRested: boolean;

  /** `debounces`: the backend keeps away what `debounceMs` is too long for, edges and levels. */
  constructor(plan: InputPlan, index: number, effects: InputEffects, debounces: boolean) {
    this.plan = plan;
    this.index = index;
    this.#effects = effects;
    this.#storm = new EdgeStorm(plan.maxEdgeRateHz ?? MAX_EDGE_RATE_HZ);
    this.#pulses = plan.counts === true ? new PulseCount() : undefined;
    this.#readsRested = plan.debounceMs !== undefined && !debounces;
    const restMs = this.#readsRested ? plan.debounceMs : plan.glitchFilterMs;
    if (restMs !== undefined) this.#filter = new RestFilter(restMs * 1000, this.#choose);
  }

  /** An edge as the backend saw it. */
  edge(electrical: 0 | 1, atUs: number, nowUs: number): void {
    if (this.#storm.masked) return;
    const lost = this.#lost;
    this.#lost = 0;
    if (this.#storm.take(atUs, lost)) {
      this.#mask(nowUs);
      return;
    }
    const level = this.#logical(electrical) as 0 | 1;
    if (this.#filter === undefined) this.#choose(level, atUs);
    else this.#filter.edge(level, atUs);
  }

  /** The backend lost edges before the one that it tells next. */
  lost(edges: number): void {
    if (this.#storm.masked) return;
    // Where both kinds are told and one is counted, every other one was a pulse.
    const { edges: chosen = "both" } = this.plan;
    const each = chosen !== "both" && wantedEdges(this.plan) === "both" ? 2 : 1;
    this.#pulses?.miss(Math.round(edges / each));
    this.#lost += edges;
  }

  /** Logical level of a read that gave `electrical`; NaN stays NaN. */
  read(electrical: number, nowUs: number): number {
    const level = this.#logical(electrical);
    if (!this.#readsRested || Number.isNaN(level)) return level;
    return this.#filter!.look(level > 0 ? 1 : 0, nowUs);
  }

  /** Pulses for somebody who asks; undefined of an input that does not count. */
  askPulses(): PulseCount | undefined {
    if (this.#storm.masked) this.#pulses?.gap();
    return this.#pulses;
  }

  /** When `expire` must be called next; Infinity when nothing is due. */
  get nextUs(): number {
    return Math.min(this.#storm.dueUs, this.#filter?.dueUs ?? Infinity);
  }

  expire(nowUs: number): void {
    this.#filter?.settle(nowUs);
    const step = this.#storm.expire(nowUs);
    if (step === "probe") {
      this.#pulses?.gap();
      this.#effects.listen(this, true);
    }
    if (step === "calm") this.#effects.event({ kind: "edgeStormOver", line: this.plan.line, atUs: nowUs });
  }

  #mask(nowUs: number): void {
    const maskedMs = this.#storm.mask(nowUs);
    const { rateHz, count } = this.#storm;
    this.#filter?.drop();
    this.#pulses?.gap();
    this.#effects.listen(this, false);
    this.#effects.event({ kind: "edgeStorm", line: this.plan.line, rateHz, count, maskedMs, atUs: nowUs });
  }

  readonly #choose = (level: 0 | 1, atUs: number): void => {
    const { edges = "both" } = this.plan;
    if (edges !== "both" && (edges === "rising") !== (level === 1)) return;
    if (this.#pulses === undefined) this.#effects.pass(this, level, atUs);
    else this.#pulses.pulse(atUs);
  };

  #logical(electrical: number): number {
    return this.plan.activeLow ? 1 - electrical : electrical;
  }
}
