/** Home Assistant's topics and the board's must not be the same ones. */
import type { Report } from "./problem.ts";
import { isPlainObject } from "./shape.ts";

/** `mqtt`: the section as written. */
export function checkDiscovery(mqtt: unknown, report: Report): void {
  if (!isPlainObject(mqtt) || !isPlainObject(mqtt.homeAssistant)) return;
  const { root = "holdfast", homeAssistant } = mqtt;
  if (homeAssistant.prefix !== root) return;
  const allowed = `a prefix other than "root" of mqtt ("${root}"): a board could have the name of one of its topics`;
  report.problem(
    ["mqtt", "homeAssistant", "prefix"],
    root,
    allowed,
    root === "homeassistant" ? undefined : "homeassistant",
  );
}
