/** Where changes of the emulated world go that somebody asks for: to the world, to a device's process, or to its driver. */
import type { GuardianControl } from "../../firmware/client/guardian-control.ts";
import type { Self } from "../../runtime/process/self.ts";
import { changeDriver, type DriverChangeOptions, isDriverChange } from "./driver-change.ts";

/** Name of the process. */
export const WORLD = "world";

export interface WorldMessage {
  readonly type: "set";
  readonly device: string;
  readonly set: Readonly<Record<string, unknown>>;
}

/** The body of the process; what the world refuses is told as event `refused`. */
export function worldDesk(control: Pick<GuardianControl, "world">, changes: DriverChangeOptions) {
  return function* world(self: Self<WorldMessage>) {
    self.register(WORLD);
    for (;;) {
      const { device, set } = yield* self.receive("set");
      const { fault } = set;
      if (isDriverChange(set)) changeDriver(device, set, changes);
      else if (fault === "crash" || fault === "hang" || fault === "leak")
        self.send(device, { type: "fault", fault });
      else
        control.world(device, set).catch((error: Error) => {
          changes.tell({ kind: "refused", device, command: { world: set }, reason: error.message });
        });
    }
  };
}
