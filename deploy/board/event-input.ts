/** What the guardian tells about an input line, with the device that people know it by. */
import type { DevicePlan } from "../../devices/handler/device-plan.ts";
import type { DeviceMessage } from "../../devices/handler/messages.ts";
import type { GuardianEvent } from "../../firmware/contracts/control.ts";

/** What the device of a line has to know of an event about it; undefined for most events. */
export function stormMessage({ kind }: GuardianEvent): DeviceMessage | undefined {
  if (kind === "edgeStorm") return { type: "storm", on: true };
  return kind === "edgeStormOver" ? { type: "storm", on: false } : undefined;
}

/** The event as it is told; those of an input line name its device. */
export function withInput(
  event: GuardianEvent,
  devices: readonly Pick<DevicePlan, "id" | "input">[],
): GuardianEvent & { readonly device?: string } {
  if (!("line" in event)) return event;
  const device = devices.find(({ input }) => input?.line === event.line)?.id;
  return device === undefined ? event : { ...event, device };
}
