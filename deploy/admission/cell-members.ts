/** Which devices and controllers share a cell, and where it runs. */
import { durationMs } from "../../devices/field.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { placementOf } from "../config/placement.ts";
import { precisionOf } from "../config/timing.ts";
import { partOf } from "./changed-config.ts";

export interface CellMembers {
  readonly name: string;
  /** Ids of devices and controllers. */
  readonly members: readonly string[];
  /** The core it is bound to; absent: any. */
  readonly core?: number;
}

/** The cells as they are started. */
export function cellMembers(config: BoardConfig): readonly CellMembers[] {
  return placementOf(config);
}

/** Does the cell spin before its releases? */
export function spins(config: BoardConfig, { members }: CellMembers): boolean {
  return members.some((id) => {
    const { precision, criticality, every } = partOf(config, id);
    return precisionOf(precision, durationMs(every), criticality) === "spin";
  });
}
