/** The cells in which several devices and controllers live, as the kernel starts them. */
import type { ControllerPlan, DevicePlan } from "../../devices/handler/device-plan.ts";
import type { SharedCell } from "../../devices/handler/housing.ts";
import type { Placement } from "../config/placement.ts";
import type { RealtimePlan } from "../config/realtime-schema.ts";
import { MODULE } from "./cell-modules.ts";

/**
 * Limits of a cell, its own or shared: many times what a dozen devices need; what leaks ends before the board
 * suffers. The same for all, so that one warm thread fits whichever ends. Messages are kept for crash reports.
 */
export const CELL_LIMITS = { heapMb: 24, externalMb: 32, lastMessages: 5 } as const;

/** `plans`: of every device and controller. `places`: of the cells that have one, by name. */
export function sharedCells(
  placements: readonly Placement[],
  plans: readonly Pick<DevicePlan | ControllerPlan, "id" | "job" | "precision">[],
  places: RealtimePlan["cells"] = {},
): SharedCell[] {
  return placements.flatMap(({ name, members, shared }) => {
    if (!shared) return [];
    const tenants = plans.filter(({ id }) => members.includes(id));
    const hard = tenants.map(({ job }) => job.hardDeadlineUs);
    const place = places[name];
    const spec = {
      name,
      body: { module: MODULE.sharedCell, name: "sharedCell" },
      setup: { module: MODULE.hardware, name: "sharedHardware" },
      args: [],
      ...CELL_LIMITS,
      // Nobody may keep the others from the thread for longer than the strictest of them bears.
      hangLimitUs: Math.min(...hard),
      // It is one thread: what one of them needs all of them get.
      precision: tenants.some(({ precision }) => precision === "spin")
        ? ("spin" as const)
        : ("sleep" as const),
      ...(place === undefined ? {} : { place }),
    };
    return [{ name, members, spec }];
  });
}
