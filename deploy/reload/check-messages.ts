/** What the desk of a reload and the cell that judges a configuration say to each other. Plain data. */
import type { TelemetryDevice } from "../board/telemetry.ts";
import type { Problem, Warning } from "../config/problem.ts";
import type { FieldChange, Replanned } from "./judge-change.ts";

/** Name of the cell: no device's. */
export const CHECK_CELL = "reload:check";

export interface CheckRequest {
  /** Its answers bear it: what another check says is nobody's news. */
  readonly round: number;
  /** The board's file. */
  readonly file: string;
  /** Copy of what runs. */
  readonly running: string;
  readonly emulated: boolean;
}

/** To the desk: one for each device or controller that gets another plan, then how it is. */
export type CheckMessage = { readonly round: number } & (
  | { readonly type: "replanned"; readonly replanned: Replanned; readonly view: TelemetryDevice }
  | { readonly type: "checked"; readonly problems: readonly Problem[]; readonly warnings: readonly Warning[] }
  | {
      readonly type: "judged";
      readonly changes: readonly FieldChange[];
      readonly warnings: readonly Warning[];
    }
);
