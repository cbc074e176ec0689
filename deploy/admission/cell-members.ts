/** Which devices and controllers share a cell, and where it runs. */
import { durationMs } from "../../devices/field.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { precisionOf } from "../config/timing.ts";

export interface CellMembers {
  readonly name: string;
  /** Ids of devices and controllers. */
  readonly members: readonly string[];
  /** The core it is bound to; absent: any. */
  readonly core?: number;
}

/** One cell for each device and each controller, in the order of the file. */
export function cellMembers({ devices, controllers = {} }: BoardConfig): readonly CellMembers[] {
  return [...Object.keys(devices), ...Object.keys(controllers)].map((id) => ({ name: id, members: [id] }));
}

/** Does the cell spin before its releases? */
export function spins({ devices, controllers = {} }: BoardConfig, { members }: CellMembers): boolean {
  return members.some((id) => {
    const { precision, criticality, every } = (devices[id] ?? controllers[id])!;
    return precisionOf(precision, durationMs(every), criticality) === "spin";
  });
}
