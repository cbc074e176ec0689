/** What this release cannot do on real pins, and what the interface that was chosen cannot do at all. */
import type { BoardDraft } from "./draft.ts";
import type { Report } from "./problem.ts";

/** Only for boards with `"hardware": "linux"`; whether the machine has the lines is seen when the guardian starts. */
export function checkLinux({ devices }: BoardDraft, backend: unknown, report: Report): void {
  for (const { at, driver, fields } of devices) {
    if (driver.hardware === "pwm") {
      report.problem(
        [...at, "driver"],
        fields.driver,
        "a driver without PWM: this release cannot drive PWM on real pins yet",
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
