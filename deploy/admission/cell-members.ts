/** Which devices and controllers share a cell, and where it runs. */
import { durationMs } from "../../devices/field.ts";
import type { BoardConfig } from "../config/board-schema.ts";

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

/** Cells with a period up to this spin before a release, ms. */
const SPINS_UP_TO_MS = 20;

/** Does the cell spin before its releases? */
export function spins({ devices, controllers = {} }: BoardConfig, { members }: CellMembers): boolean {
  return members.some((id) => durationMs((devices[id] ?? controllers[id])!.every) <= SPINS_UP_TO_MS);
}
