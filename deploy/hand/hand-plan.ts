/** What the guardian of a line that is commanded by hand is told. No logic but reading it. */
import type { LinuxPlan } from "../../firmware/contracts/guardian-plan.ts";
import type { HandCommand } from "../../firmware/guardian/hand-line.ts";

/** The variable that holds it, as JSON. */
export const HAND_PLAN = "HOLDFAST_HAND";

export interface HandPlan extends HandCommand {
  readonly linux: LinuxPlan;
  /** Whether its lines are inputs again afterwards, where they were inputs before: of one that no configuration names. */
  readonly giveBack: boolean;
  /** On-times of the board's outputs; absent where none are kept. */
  readonly onTimes?: { readonly file: string; readonly outputs: HandCommand["outputs"] };
}

/** What the guardian tells whoever started it, a line of JSON each. */
export type HandNews =
  | { readonly driven: { readonly level: number } }
  /** Policy has to pass first. */
  | { readonly waits: "min_off" | "switching" }
  /** It was not driven, or not for its whole time. `code`: as of `LineError`, `noHardware`, or `defect`. */
  | { readonly refused: { readonly code: string; readonly why: string } }
  /** The last one. `unsafe`: outputs that did not read back their safe levels. `input`: it is an input, as before. */
  | { readonly ended: { readonly unsafe: readonly string[]; readonly input: boolean } };
