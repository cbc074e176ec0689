/** Home Assistant's topics are not the board's, and it must be able to reach the broker. */
import { DEFAULT_PREFIX } from "./homeassistant-schema.ts";
import type { Report } from "./problem.ts";
import { isPlainObject } from "./shape.ts";

/** `mqtt`: the section as written. */
export function checkDiscovery(mqtt: unknown, report: Report): void {
  if (!isPlainObject(mqtt) || !isPlainObject(mqtt.homeAssistant)) return;
  const at = ["mqtt", "homeAssistant"];
  const { root = "holdfast", url, listen, homeAssistant } = mqtt;
  const { prefix = DEFAULT_PREFIX } = homeAssistant;
  if (String(prefix).split("/")[0] === root) {
    const allowed = `a prefix that does not begin with "root" of mqtt ("${root}"): a board could have the name of its next level`;
    report.problem([...at, "prefix"], prefix, allowed, root === DEFAULT_PREFIX ? undefined : DEFAULT_PREFIX);
  }
  if (url === undefined && listen === undefined) {
    const text =
      'the board\'s own broker listens on this machine only, so Home Assistant has to run here; "url" of mqtt (or --broker) names one that both reach, "listen" lets Home Assistant in here';
    report.warning(at, text);
  }
}
