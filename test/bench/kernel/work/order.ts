/** What a measured process is started with. */
import type { Pid } from "../../../../runtime/process/pid.ts";

export interface Order {
  /** Gets `{ type: "figure", figure }`. */
  readonly report: Pid;
  /** Levels of `yield*` between the cell and the receive that is measured; 2 or more. */
  readonly depth: number;
}

/** A deadline for the work of a whole run: with it every message carries one, as in a board's job. */
export const WHOLE_RUN_US = 60_000_000;
