/** Runs inside a device's cell at its start: the hardware that the guardian granted, and where edges go. */
import type { DeviceResources } from "../../devices/handler/cells.ts";
import { GuardianClient } from "../../firmware/client/guardian-client.ts";
import type { GuardianLink } from "../../firmware/contracts/guardian-link.ts";
import type { CellEnvironment } from "../../runtime/cell/thread-main.ts";
import type { Pid } from "../../runtime/process/pid.ts";

export function guardianHardware({ clock, bell, prepared }: CellEnvironment): DeviceResources {
  const hardware = new GuardianClient(prepared as GuardianLink, { clock, bell, bellIndex: 0 });
  const edges = new Map<string, Pid>();
  return {
    hardware,
    watchEdges: (line, pid) => void edges.set(line, pid),
    poll: (post) =>
      hardware.poll((edge) => {
        const pid = edges.get(edge.line);
        if (pid !== undefined) post(pid, { type: "edge", edge });
      }),
  };
}
