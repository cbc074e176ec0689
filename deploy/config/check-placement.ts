/** What is written about cells: a critical device shares with nobody, and a shared cell has room for so many. */
import type { BoardDraft } from "./draft.ts";
import { MOST_IN_A_CELL } from "./placement.ts";
import type { Report } from "./problem.ts";

/** Named cells of devices and controllers. */
export function checkPlacement({ devices, controllers }: BoardDraft, report: Report): void {
  const members = new Map<string, number>();
  for (const { at, fields } of [...devices, ...controllers]) {
    const { cell } = fields;
    if (cell === undefined || cell === "own") continue;
    if ("criticality" in fields && fields.criticality === "critical") {
      report.problem(
        [...at, "cell"],
        cell,
        '"own", or nothing: what is critical shares its cell with nobody',
      );
      continue;
    }
    const count = (members.get(cell) ?? 0) + 1;
    members.set(cell, count);
    if (count === MOST_IN_A_CELL + 1) {
      const allowed = `another cell: ${MOST_IN_A_CELL} share "${cell}" already, and that is the most`;
      report.problem([...at, "cell"], cell, allowed);
    }
  }
}
