/** Where an operator's word on a latched output goes: to the guardian, which alone knows of the latch. */
import type { DevicePlan } from "../../devices/handler/device-plan.ts";
import type { GuardianControl } from "../../firmware/client/guardian-control.ts";
import type { Self } from "../../runtime/process/self.ts";

/** Name of the process. */
export const FAULTS = "faults";

export interface ClearMessage {
  readonly type: "clear";
  readonly device: string;
}

/** The body of the process; the guardian tells of it as event `faultCleared` where there was a fault. */
export function faultDesk(control: Pick<GuardianControl, "clear">, devices: readonly DevicePlan[]) {
  return function* faults(self: Self<ClearMessage>) {
    self.register(FAULTS);
    for (;;) {
      const { device } = yield* self.receive("clear");
      const line = devices.find(({ id }) => id === device)?.output?.line;
      if (line !== undefined) control.clear(line);
    }
  };
}
