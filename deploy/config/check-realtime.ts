/** Whom `realtime.cells` names. */
import { nearest } from "../nearest.ts";
import type { BoardConfig } from "./board-schema.ts";
import type { BoardDraft } from "./draft.ts";
import { isSharedName, placementOf } from "./placement.ts";
import type { Report } from "./problem.ts";

/** Places for devices and controllers that the board does not have. */
export function checkRealtime(board: BoardDraft, report: Report): void {
  const { realtimeCells, deviceIds, controllerIds, broken } = board;
  if (broken.has("devices")) return;
  const known = [...deviceIds, ...controllerIds];
  for (const id of realtimeCells) {
    if (known.includes(id) || isSharedName(id)) continue;
    report.problem(["realtime", "cells", id], id, "the id of a device or controller", nearest(id, known));
  }
}

/** Places for cells that there are not, on a board that is right in all else: which there are is worked out of all of it. */
export function checkPlaces(config: BoardConfig, report: Report): void {
  const cells = placementOf(config);
  const names = cells.map(({ name }) => name);
  for (const name of Object.keys(config.realtime?.cells ?? {})) {
    if (names.includes(name)) continue;
    const at = ["realtime", "cells", name];
    const home = cells.find(({ members }) => members.includes(name));
    if (home === undefined) report.problem(at, name, `a cell: ${names.join(", ")}`, nearest(name, names));
    else report.problem(at, name, `"${home.name}", the cell that it shares, or "cell": "own" of ${name}`);
  }
}
