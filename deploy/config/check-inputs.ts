/** What is written about inputs: one filter each, one spelling, and an alarm that its jobs can see. */
import { durationMs } from "../../devices/field.ts";
import type { BoardDraft } from "./draft.ts";
import type { Report } from "./problem.ts";

/** Every device on an input line. */
export function checkInputs({ devices }: BoardDraft, report: Report): void {
  for (const { at, driver, fields } of devices) {
    if (driver.kind !== "input") continue;
    const { debounce, glitchFilter, expectChange, every, settings } = fields;
    const older = settings?.debounce;
    if (
      glitchFilter !== undefined &&
      ((debounce !== undefined && debounce !== "none") || older !== undefined)
    ) {
      const why = "a debounce keeps away every pulse shorter than itself";
      report.problem([...at, "glitchFilter"], glitchFilter, `no "glitchFilter" beside "debounce": ${why}`);
    }
    if (debounce !== undefined && older !== undefined) {
      report.problem(
        [...at, "settings", "debounce"],
        older,
        'nothing: "debounce" of the device says it already',
      );
    }
    if (expectChange !== undefined && every !== undefined && durationMs(expectChange) < durationMs(every)) {
      report.problem(
        [...at, "expectChange"],
        expectChange,
        `at least "every" (${every}): its jobs look for changes`,
      );
    }
  }
}
