/** What the MQTT cell is told of updates; nothing where the board does not run from slots. */
import { fileURLToPath } from "node:url";
import { updatePlace } from "../update/update-place.ts";
import type { MqttPlan } from "./mqtt-cell-plan.ts";
import { type BoardOptions, optionsEnvironment } from "./options.ts";

/** Throws `UpdateError` where HOLDFAST_SLOTS names no place. */
export function updateDeskPlan(
  options: BoardOptions,
  { HOLDFAST_SLOTS }: Readonly<Record<string, string | undefined>>,
): Pick<MqttPlan, "update"> {
  if (HOLDFAST_SLOTS === undefined || HOLDFAST_SLOTS === "") return {};
  const { notes } = updatePlace(HOLDFAST_SLOTS, options.stateFolder, undefined);
  return {
    update: {
      notes,
      program: fileURLToPath(new URL("../cli/main.js", import.meta.url)),
      environment: optionsEnvironment(options),
    },
  };
}
