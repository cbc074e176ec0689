/** Runs inside a device's cell at its start: the hardware that the guardian granted, and where edges go. */
import { type DeviceResources, deviceResources } from "../../devices/handler/cells.ts";
import { GuardianClient } from "../../firmware/client/guardian-client.ts";
import type { GuardianLink } from "../../firmware/contracts/guardian-link.ts";
import type { CellEnvironment } from "../../runtime/cell/thread-start.ts";

export function guardianHardware({ clock, bell, prepared }: CellEnvironment): DeviceResources {
  return deviceResources(new GuardianClient(prepared as GuardianLink, { clock, bell, bellIndex: 0 }));
}
