/** What the MQTT cell is told of updates; nothing where the board does not run from slots. */
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { OFFER_FILE } from "../service/receive-units.ts";
import { type UpdatePlace, updatePlace } from "../update/update-place.ts";
import type { MqttPlan } from "./mqtt-cell-plan.ts";
import { type BoardOptions, optionsEnvironment } from "./options.ts";

/** Throws `UpdateError` where HOLDFAST_SLOTS names no place. */
export function updateDeskPlan(
  options: BoardOptions,
  { HOLDFAST_SLOTS }: Readonly<Record<string, string | undefined>>,
): Pick<MqttPlan, "update"> {
  if (HOLDFAST_SLOTS === undefined || HOLDFAST_SLOTS === "") return {};
  const place = updatePlace(HOLDFAST_SLOTS, options.stateFolder, undefined);
  const { notes } = place;
  return {
    update: {
      notes,
      ...(mayWrite(place) ? {} : { spool: join(options.stateFolder, OFFER_FILE) }),
      program: fileURLToPath(new URL("../cli/main.js", import.meta.url)),
      environment: optionsEnvironment(options),
    },
  };
}

/** As a service the board is not root, and slots are root's. */
function mayWrite(place: UpdatePlace): boolean {
  try {
    accessSync(place.kind === "folder" ? place.folder : place.slots.a, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
