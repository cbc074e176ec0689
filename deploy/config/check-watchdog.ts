/** Whether somebody minds the hardware watchdog of a real board. */
import type { Report } from "./problem.ts";
import { isPlainObject } from "./shape.ts";

/** Only for boards with `"hardware": "linux"`: it works without, so this is no more than a warning. */
export function checkWatchdog(watchdog: unknown, report: Report): void {
  if (isPlainObject(watchdog)) return;
  report.warning(
    ["watchdog"],
    'nobody resets this board when its system hangs; write "watchdog": {"owner": "systemd"} where systemd runs it, ' +
      '"guardian" where nothing else pets the device, or "none" when that is meant',
  );
}
