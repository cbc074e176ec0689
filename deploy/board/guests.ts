/** Where processes live that other boards have spawned here, as the board's supervisor starts it. */
import type { CellSpec, Kernel } from "../../runtime/cell/kernel.ts";
import { BAND } from "../../runtime/process/process.ts";
import type { ChildSpec } from "../../runtime/supervision/child-spec.ts";
import { GUEST_CELL, GUEST_HOUSE, guestHouse } from "../links/guest-house.ts";
import { MODULE } from "./cell-modules.ts";
import type { LinksPlan } from "./links-plan.ts";
import { CELL_LIMITS } from "./shared-cells.ts";

/** Guests go behind everything of the board's own that shares a core with them. */
const CELL: CellSpec = {
  name: GUEST_CELL,
  body: { module: MODULE.guests, name: "guestCell" },
  args: [],
  band: BAND.bestEffort,
  ...CELL_LIMITS,
};

/** None where nobody may spawn. */
export function guestChildren(
  kernel: Pick<Kernel, "startCell">,
  links: Pick<LinksPlan, "modules"> | undefined,
): readonly ChildSpec[] {
  if (links === undefined || Object.keys(links.modules).length === 0) return [];
  const body = guestHouse(kernel, CELL);
  return [
    {
      id: GUEST_HOUSE,
      restart: "permanent",
      start: (self) => self.spawn(body, [undefined], { label: GUEST_HOUSE }),
    },
  ];
}
