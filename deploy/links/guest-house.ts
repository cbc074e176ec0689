/**
 * The cell in which processes live that other boards have spawned: started for the first of them, and again when it ended.
 * It is one for all: what hangs there, or fills its heap, takes the other guests along, and nobody else.
 */
import { serverBody } from "../../runtime/behaviour/server.ts";
import type { ServerModule } from "../../runtime/behaviour/server-module.ts";
import type { CellSpec, Kernel } from "../../runtime/cell/kernel.ts";

/** Name of the process that opens it. */
export const GUEST_HOUSE = "guests";
/** Name of the cell: no device's. */
export const GUEST_CELL = "guests:boards";

interface GuestCalls {
  /** Guests can be spawned in `GUEST_CELL` when this is answered. */
  open(): true;
}

export type GuestHouse = ServerModule<{ readonly isOpen: boolean }, GuestCalls>;

/** The body of the process; it runs in the kernel's cell. `spec`: of the cell for guests. */
export function guestHouse(kernel: Pick<Kernel, "startCell">, spec: CellSpec) {
  const house: GuestHouse = {
    name: "guestHouse",
    version: 1,
    init: (_, self) => {
      self.register(GUEST_HOUSE);
      return { state: { isOpen: false } };
    },
    handleCall: {
      open: ({ isOpen }, _, __, self) => {
        if (!isOpen) self.monitor(kernel.startCell(spec));
        return { reply: true, state: { isOpen: true } };
      },
    },
    handleCast: {},
    handleInfo: (state, message) => ({ state: message.type === "down" ? { isOpen: false } : state }),
  };
  return serverBody(house);
}
