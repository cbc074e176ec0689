/** Interlock groups: their members are outputs that are off whenever nobody commands them. */
import { nearest } from "../nearest.ts";
import type { BoardDraft, DeviceDraft, Draft } from "./draft.ts";
import type { InterlockConfig } from "./interlock-schema.ts";
import type { Path, Report } from "./problem.ts";
import { alternatives } from "./shape.ts";

/** Every group of the board. */
export function checkInterlocks(board: BoardDraft, report: Report): void {
  if (board.broken.has("devices")) return;
  for (const group of board.interlocks) {
    checkMembers(group, board, report);
    checkDeadTime(group, report);
    checkOwners(group, board, report);
  }
}

function checkMembers({ at, fields }: Draft<InterlockConfig>, board: BoardDraft, report: Report): void {
  const members = fields.outputs ?? [];
  const place = [...at, "outputs"];
  const actuators = board.devices.filter(({ driver }) => driver.kind === "actuator");
  for (const [index, id] of members.entries()) {
    if (members.indexOf(id) < index) report.problem(place, id, "each device once");
    const device = actuators.find((one) => one.id === id);
    if (device !== undefined) checkMember(device, place, report);
    else if (!board.deviceIds.has(id) || board.devices.some((one) => one.id === id)) {
      const known = actuators.map((one) => one.id);
      const allowed = known.length === 0 ? "an output; the board has none" : alternatives(known);
      report.problem(place, id, allowed, nearest(id, known));
    }
  }
}

/** A member that is on by itself, held on, or let go of cannot be kept from being on beside another. */
function checkMember({ id, fields, written }: DeviceDraft, place: Path, report: Report): void {
  if (fields.safe === "on") report.problem(place, id, `outputs with "safe": "off"; ${id} has "on"`);
  const { onCrash } = fields;
  if (!written.has("onCrash") || onCrash === undefined || onCrash === "safe") return;
  report.problem(place, id, `outputs with "onCrash": "safe"; ${id} has "${onCrash}"`);
}

function checkDeadTime({ at, fields, written }: Draft<InterlockConfig>, report: Report): void {
  if (fields.onSecond !== "switch" || written.has("deadTime")) return;
  report.problem(
    [...at, "deadTime"],
    undefined,
    'a duration such as "500ms": a group that switches needs one',
  );
}

/** Two controllers that each want their own would switch each other off for ever. */
function checkOwners(
  { at, fields }: Draft<InterlockConfig>,
  { controllers }: BoardDraft,
  report: Report,
): void {
  if (fields.onSecond !== "switch") return;
  const owned = controllers.filter(
    ({ fields: { output } }) => fields.outputs?.includes(output ?? "") === true,
  );
  if (owned.length < 2) return;
  const names = owned.map(({ id }) => id).join(" and ");
  report.warning([...at, "onSecond"], `${names} each own a member: they would switch each other off in turn`);
}
