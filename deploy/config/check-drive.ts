/** Outputs that drive one level only: where that cannot be had, and what it cannot be had with. */
import type { BoardDraft } from "./draft.ts";
import { expanderPin } from "./expander-schema.ts";
import type { Report } from "./problem.ts";

/** Every output with a `drive` other than push-pull. `backend`: as it is written. */
export function checkDrive({ devices }: BoardDraft, backend: unknown, report: Report): void {
  for (const { at, fields } of devices) {
    const { drive, line, onCrash } = fields;
    if (drive === undefined || drive === "push-pull") continue;
    const problem = (allowed: string) => report.problem([...at, "drive"], drive, allowed);
    if (line !== undefined && expanderPin(line) !== undefined) {
      problem('"push-pull": pins of an expander drive both levels');
    } else if (backend === "sysfs") {
      problem('"push-pull": sysfs cannot let go of a line for one level ("backend": "chardev" can)');
    } else if (onCrash === "hold") {
      problem('"push-pull" with "onCrash": "hold": nobody could tell a level that was let go from an input');
    }
  }
}
