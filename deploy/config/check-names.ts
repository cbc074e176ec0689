/** Ids of devices and controllers share one level of topics, where some words are taken. */
import type { BoardDraft } from "./draft.ts";
import { RESERVED_IDS } from "./place-fields.ts";
import type { Report } from "./problem.ts";

/** Reserved ids, and a controller named like a device. */
export function checkNames({ devices, deviceIds, controllerIds }: BoardDraft, report: Report): void {
  for (const [section, ids] of [
    ["devices", deviceIds],
    ["controllers", controllerIds],
  ] as const) {
    for (const id of ids) {
      if (!RESERVED_IDS.includes(id)) continue;
      report.problem([section, id], id, `an id that is not reserved (${RESERVED_IDS.join(", ")})`);
    }
  }
  for (const id of controllerIds) {
    if (!deviceIds.has(id)) continue;
    const driver = devices.find((device) => device.id === id)?.fields.driver;
    const taken = driver === undefined ? "a device" : `a ${driver}`;
    report.problem(["controllers", id], id, `an id of its own; devices.${id} is ${taken}`);
  }
}
