/** What is asked of a running board about the code of its devices and controllers, and what it answers. Plain data. */
import type { ReleaseId, Slot } from "../update/slot-record.ts";

/** Name of the process that changes it. */
export const CODE = "code";

export type CodeRequest =
  /** Has what the release in this slot has for devices and controllers go live, on trial until somebody decides, `limitMs` at most. */
  | { readonly what: "try"; readonly slot: Slot; readonly release: ReleaseId; readonly limitMs: number }
  /** What is on trial stays. */
  | { readonly what: "keep" }
  /** What was before goes on. */
  | { readonly what: "takeBack"; readonly why: string }
  | { readonly what: "state" };

/**
 * `loading`: new versions start beside the old ones. `trial`: all of them work. `keeping`: they become the cells.
 * `takingBack`: the old ones are to go on, for `cause`; `takenBack`: all of them do.
 */
export type CodePhase = "own" | "loading" | "trial" | "keeping" | "kept" | "takingBack" | "takenBack";

export interface CodeState {
  readonly phase: CodePhase;
  /** Of the code that is on trial, was kept, or was taken back. */
  readonly release: ReleaseId | null;
  /** Cells that change. */
  readonly cells: readonly string[];
  readonly cause: string | null;
  /** It was taken back because it crashed, hung or took too much memory: it is no good. */
  readonly crashed: boolean;
}

/** `refused`: nothing was done, for this reason. */
export type CodeReply = CodeState | { readonly refused: string };
