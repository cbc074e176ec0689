/** Whom `realtime.cells` names. */
import { nearest } from "../nearest.ts";
import type { BoardDraft } from "./draft.ts";
import type { Report } from "./problem.ts";

/** Places for cells that the board does not have. */
export function checkRealtime(board: BoardDraft, report: Report): void {
  const { realtimeCells, deviceIds, controllerIds, broken } = board;
  if (broken.has("devices")) return;
  const known = [...deviceIds, ...controllerIds];
  for (const id of realtimeCells) {
    if (known.includes(id)) continue;
    report.problem(["realtime", "cells", id], id, "the id of a device or controller", nearest(id, known));
  }
}
