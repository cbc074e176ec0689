/** The cells in which several devices and controllers live, as the kernel starts them. */
import type { ControllerPlan, DevicePlan } from "../../devices/handler/device-plan.ts";
import type { SharedCell } from "../../devices/handler/housing.ts";
import type { Placement } from "../config/placement.ts";
import { MODULE } from "./cell-modules.ts";

/**
 * Limits of a cell, its own or shared: many times what a dozen devices need; what leaks ends before the board
 * suffers. The same for all, so that one warm thread fits whichever ends. Messages are kept for crash reports.
 */
export const CELL_LIMITS = { heapMb: 24, externalMb: 32, lastMessages: 5 } as const;

/** `plans`: of every device and controller. */
export function sharedCells(
  placements: readonly Placement[],
  plans: readonly Pick<DevicePlan | ControllerPlan, "id" | "job">[],
): SharedCell[] {
  return placements.flatMap(({ name, members, shared }) => {
    if (!shared) return [];
    const hard = plans.filter(({ id }) => members.includes(id)).map(({ job }) => job.hardDeadlineUs);
    const spec = {
      name,
      body: { module: MODULE.sharedCell, name: "sharedCell" },
      setup: { module: MODULE.hardware, name: "sharedHardware" },
      args: [],
      ...CELL_LIMITS,
      // Nobody may keep the others from the thread for longer than the strictest of them bears.
      hangLimitUs: Math.min(...hard),
    };
    return [{ name, members, spec }];
  });
}
