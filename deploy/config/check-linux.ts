/** What the interface that was chosen for real pins cannot do. */
import type { BoardDraft } from "./draft.ts";
import type { Report } from "./problem.ts";

/** Only for boards with `"hardware": "linux"`; whether the machine has the lines is seen when the guardian starts. */
export function checkLinux({ devices }: BoardDraft, backend: unknown, report: Report): void {
  for (const { at, driver, fields } of devices) {
    if (backend === "sysfs" && driver.hardware === "pulses") {
      report.problem(
        [...at, "driver"],
        fields.driver,
        'a driver that counts no pulses: sysfs does not tell how many ran into one ("backend": "chardev" does)',
      );
    }
    if (backend === "sysfs" && fields.glitchFilter !== undefined) {
      report.problem(
        [...at, "glitchFilter"],
        fields.glitchFilter,
        'a "debounce" instead: sysfs has no time stamps to judge pulses by ("backend": "chardev" has)',
      );
    }
    if (backend === "sysfs" && fields.bias !== undefined && fields.bias !== "none") {
      report.problem(
        [...at, "bias"],
        fields.bias,
        '"none" and a resistor: sysfs cannot set a bias ("backend": "chardev" can)',
      );
    }
  }
}
