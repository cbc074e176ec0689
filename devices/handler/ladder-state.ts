/** Where a device stands on its ladder, as data: handed over from life to life, and kept over a restart. */
import type { Command } from "../command-spec.ts";
import type { Cause } from "./cause.ts";
import type { LadderRule } from "./ladder-rule.ts";
import type { Mode } from "./mode.ts";

/** Times are monotonic us. */
export interface LadderState {
  readonly mode: Mode;
  /** Why it is not in full service: what last took it down. */
  readonly reason: Cause | undefined;
  /** What the probation is multiplied by, 1 to 16. */
  readonly backoff: number;
  /** Failed jobs in a row. */
  readonly faults: number;
  /** Since when no fault was seen; undefined after one, and while something it depends on is down. */
  readonly goodSinceUs: number | undefined;
  readonly climbedAtUs: number | undefined;
  /** It climbed before its time because an operator asked, and has not proven itself since. */
  readonly early: boolean;
  /** An operator keeps it at or below `mode`. */
  readonly bound: ModeBound | undefined;
  /** What it depends on and that keeps it in `safe`, by device. */
  readonly heldBy: Readonly<Record<string, { readonly mode: Mode; readonly cause?: Cause }>>;
  /** Crashes that still count. */
  readonly crashesUs: readonly number[];
  /** How long it will be off the next time. */
  readonly offMs: number;
  /** Off after crashes: until then. */
  readonly offUntilUs: number | undefined;
  /** How many things its keeper told it that are in this state. */
  readonly told: number;
}

export interface ModeBound {
  readonly mode: Mode;
  readonly untilUs: number;
}

/** What comes to a ladder from outside the device: an operator's order, or how something fares that it depends on. */
export type Told =
  | { readonly type: "operate"; readonly command: Command }
  | { readonly type: "rely"; readonly device: string; readonly mode: Mode; readonly cause?: Cause };

/** What is kept over the end of a runtime. */
export interface LadderRecord {
  readonly restarts: number;
  readonly state: LadderState;
}

/** Whoever depends on a device in this mode has to be safe, too: what it measures is not trusted, or is not there. */
export function holds(mode: Mode): boolean {
  return mode === "safe" || mode === "off";
}

/** At the top, nothing known against it. */
export function freshLadder({ rungs, firstOffMs }: LadderRule): LadderState {
  return {
    mode: rungs[0]!,
    reason: undefined,
    backoff: 1,
    faults: 0,
    goodSinceUs: undefined,
    climbedAtUs: undefined,
    early: false,
    bound: undefined,
    heldBy: {},
    crashesUs: [],
    offMs: firstOffMs,
    offUntilUs: undefined,
    told: 0,
  };
}

/**
 * A kept state, for a new runtime. Mode, reason and back-off go on. Times go on only where the clock did
 * (`sameClock`: the guardian lives, only the runtime is another); after a restart of the board an operator's order is
 * over, and a device that was off is tried in `safe`: a restart is a try. What it depends on tells itself again.
 */
export function resumedLadder(kept: LadderState, rule: LadderRule, sameClock: boolean): LadderState {
  const state = {
    ...freshLadder(rule),
    ...kept,
    faults: 0,
    goodSinceUs: undefined,
    heldBy: {},
    crashesUs: [],
    told: 0,
  };
  const known = rule.rungs.includes(state.mode) ? state : { ...state, mode: "safe" as const };
  if (sameClock) return known;
  const mode = known.mode === "off" ? "safe" : known.mode;
  return {
    ...known,
    mode,
    early: false,
    climbedAtUs: undefined,
    bound: undefined,
    offUntilUs: undefined,
  };
}

/** Nothing in it is worth keeping: the next runtime would start so by itself. */
export function isFresh({ mode, backoff, bound }: LadderState, { rungs }: LadderRule): boolean {
  return mode === rungs[0] && backoff === 1 && bound === undefined;
}
