/** Where an operator's word on a latched output goes: to the guardian, which alone knows of the latch; and where people hear of it. */
import type { DevicePlan } from "../../devices/handler/device-plan.ts";
import { TELEMETRY } from "../../devices/handler/messages.ts";
import type { GuardianControl } from "../../firmware/client/guardian-control.ts";
import type { GuardianEvent } from "../../firmware/contracts/control.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";

/** Name of the process. */
export const FAULTS = "faults";

export interface ClearMessage {
  readonly type: "clear";
  readonly device: string;
}

export type FaultMessage =
  | ClearMessage
  /** The telemetry has started, or started anew: it knows of nothing. */
  | { readonly type: "announce" }
  /** The guardian told of a latch, or of its end. */
  | { readonly type: "latch"; readonly line: string; readonly latched: boolean }
  /** Its answer. */
  | { readonly type: "latches"; readonly lines: readonly string[] };

/** What the process has to know of an event of the guardian; undefined for most. */
export function latchMessage(event: GuardianEvent): FaultMessage | undefined {
  if (event.kind !== "maxOnLatched" && event.kind !== "faultCleared") return undefined;
  return { type: "latch", line: event.line, latched: event.kind === "maxOnLatched" };
}

/** The body of the process; the guardian tells of a clear as event `faultCleared` where there was a fault. */
export function faultDesk(
  control: Pick<GuardianControl, "clear" | "latched">,
  devices: readonly DevicePlan[],
) {
  return function* faults(self: Self<FaultMessage>): ProcessGenerator {
    const post = self.poster();
    const tell = (device: string, latched: boolean) =>
      self.send(TELEMETRY, { type: "state", device, patch: { latched } });
    const ask = () => control.latched().then((lines) => post({ type: "latches", lines }));
    self.register(FAULTS);
    for (;;) {
      const message = yield* self.receive();
      if (message.type === "announce") {
        ask();
      } else if (message.type === "clear") {
        const line = devices.find(({ id }) => id === message.device)?.output?.line;
        if (line !== undefined) control.clear(line);
      } else if (message.type === "latch") {
        for (const { id, output } of devices) if (output?.line === message.line) tell(id, message.latched);
      } else if (message.type === "latches") {
        for (const { id, output } of devices)
          if (output?.maxOnLatch !== undefined) tell(id, message.lines.includes(output.line));
      }
    }
  };
}
