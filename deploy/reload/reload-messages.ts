/** What is asked of a board about its configuration, and what it answers. Plain data. */
import type { Problem, Warning } from "../config/problem.ts";
import type { FieldChange } from "./judge-change.ts";

/** Name of the process that reloads. */
export const RELOAD = "reload";

/** How long what was good has to stay good, when nobody says otherwise. */
export const DEFAULT_TRIAL = "5s";
export const LONGEST_TRIAL_MS = 3_600_000;

export interface ReloadRequest {
  /** How long what was good before has to stay good, ms. */
  readonly trialMs: number;
  /** Only says what would become of it. */
  readonly dryRun: boolean;
}

/** A device or controller that was well before, and what became of it. */
export interface Failure {
  readonly id: string;
  readonly cause: string;
}

/** `file`: the board's, as it reads it. */
export type ReloadReply = { readonly file: string; readonly warnings: readonly Warning[] } & (
  | { readonly is: "problems"; readonly problems: readonly Problem[] }
  /** Nothing differs from what runs. */
  | { readonly is: "same" }
  /** Some of it cannot change while the board runs, so none of it was. */
  | { readonly is: "needsRestart"; readonly changes: readonly FieldChange[] }
  /** Not now, for this reason. */
  | { readonly is: "refused"; readonly why: string }
  | { readonly is: "wouldApply"; readonly changes: readonly FieldChange[]; readonly moved: readonly string[] }
  /** It runs. `unproven`: their next job comes later. */
  | {
      readonly is: "applied";
      readonly changes: readonly FieldChange[];
      readonly moved: readonly string[];
      readonly unproven: readonly string[];
    }
  /** Everything is as before; `lasting`: what does not do well all the same. */
  | {
      readonly is: "takenBack";
      readonly changes: readonly FieldChange[];
      readonly failures: readonly Failure[];
      readonly lasting: readonly Failure[];
    }
);
