/** What the guardian is told about the hardware it owns, already validated, all durations in ms. */
import type { BusPlan } from "./bus-plan.ts";
import type { ExpanderPlan } from "./expander-plan.ts";

/** A line that is driven, and the policy that holds whatever dies above it (levels are logical). */
export interface OutputPlan {
  /** Name as in the header map, `GPIO17`, or of an expander's pin, `valves.GPA3`. */
  readonly line: string;
  /** `line`: 0 or 1. `pwm`: duty 0..1. */
  readonly kind: "line" | "pwm";
  /** Only `pwm`: its period, ns. Default 40,000: the 25 kHz of four-wire fans. */
  readonly periodNs?: number;
  readonly activeLow: boolean;
  /** Lines only. Default push-pull. */
  readonly drive?: LineDrive;
  readonly safe: "on" | "off";
  readonly onCrash: "safe" | "hold" | "release";
  /** With `hold`: how long the level is held before it goes safe. Absent: for ever. */
  readonly holdForMs?: number;
  /** Dead-man: a level other than safe lasts this long after its last renewal. Absent only where `none` is written. */
  readonly leaseMs?: number;
  /** Longest time on, accumulated over owners and restarts. */
  readonly maxOnMs?: number;
  /** Rest after `maxOn` fired; the longer of this and `minOffMs` counts. */
  readonly maxOnRestMs?: number;
  /** `maxOn` firing this often within the window latches the output off as a fault. */
  readonly maxOnLatch?: { readonly count: number; readonly windowMs: number };
  /** Shortest time off before it may go on again; starts afresh when the guardian starts. */
  readonly minOffMs?: number;
}

/** Outputs of which never two are on. Members are `safe: "off"` and go there after a crash (`onCrash: "safe"`). */
export interface InterlockPlan {
  readonly name: string;
  readonly lines: readonly string[];
  /** What a second "on" does: it is refused (default), or the first one goes off for it. */
  readonly onSecond?: "refuse" | "switch";
  /** Time from the moment that one has read back off until another may go on. Default 0. */
  readonly deadTimeMs?: number;
}

/** How a line drives. Push-pull drives both levels; open-drain lets go for high, open-source for low: a resistor does the rest. */
export type LineDrive = "push-pull" | "open-drain" | "open-source";

/** Logical: `rising` is the change to the active level. */
export type EdgeChoice = "rising" | "falling" | "both";

export interface InputPlan {
  readonly line: string;
  readonly activeLow: boolean;
  readonly bias: "pull-up" | "pull-down" | "none";
  /** Edges that count. Default both. */
  readonly edges?: EdgeChoice;
  /** A change counts once the line has rested for so long, and reads give the rested level. Excludes the glitch filter. */
  readonly debounceMs?: number;
  /** Pulses shorter than this do not count; reads give the line as it is. */
  readonly glitchFilterMs?: number;
  /** More edges a second are a storm. Default 1000. */
  readonly maxEdgeRateHz?: number;
  /** Pulses are counted and asked for (`count`), none is passed on. */
  readonly counts?: true;
}

export interface HardwarePlan {
  readonly outputs: readonly OutputPlan[];
  readonly inputs: readonly InputPlan[];
  readonly buses: readonly BusPlan[];
  readonly interlocks?: readonly InterlockPlan[];
  readonly expanders?: readonly ExpanderPlan[];
}
