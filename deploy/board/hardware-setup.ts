/** Runs inside a device's cell at its start: the hardware that the guardian granted, where edges go, which driver. */
import { type DeviceResources, deviceResources } from "../../devices/handler/cells.ts";
import { type SharedResources, sharedResources } from "../../devices/handler/shared-cell.ts";
import type { TaskFactory } from "../../devices/tasks/task-catalogue.ts";
import { GuardianClient } from "../../firmware/client/guardian-client.ts";
import type { GuardianLink } from "../../firmware/contracts/guardian-link.ts";
import type { CellEnvironment } from "../../runtime/cell/thread-start.ts";
import { silenceLimits } from "./options.ts";

/** `data.driver`: URL of a module that exports `createTask`, in the place of the catalogue's driver. */
export async function guardianHardware({
  clock,
  bell,
  progress,
  prepared,
  data,
}: CellEnvironment): Promise<DeviceResources> {
  const client = new GuardianClient(prepared as GuardianLink, wayOf({ clock, bell, progress }));
  const { driver } = (data ?? {}) as { readonly driver?: string };
  if (driver === undefined) return deviceResources(client);
  const { createTask } = (await import(driver)) as { readonly createTask?: TaskFactory };
  if (typeof createTask !== "function") throw new TypeError(`${driver} exports no function "createTask"`);
  return { ...deviceResources(client), createTask };
}

/** In a cell that devices share: each member has its own way to the guardian, all wake by the cell's bell. */
export function sharedHardware({ clock, bell, progress }: CellEnvironment): SharedResources {
  const way = wayOf({ clock, bell, progress });
  return sharedResources((link) => new GuardianClient(link as GuardianLink, way));
}

/** A cell's thread has the environment of its process. */
function wayOf({ clock, bell, progress }: Pick<CellEnvironment, "clock" | "bell" | "progress">) {
  const { answerMs } = silenceLimits(process.env);
  return { clock, bell, bellIndex: 0, sign: progress, ...(answerMs !== undefined && { limitMs: answerMs }) };
}
