/**
 * Whether outputs are safe before anybody configures them: from reset until the guardian starts, and while
 * the firmware has not read config.txt, only pulls hold a line (SAFETY.md, Levels).
 */
import { type HeaderLine, headerLine, type LineName } from "../../firmware/header-map.ts";
import type { BoardDraft, DeviceDraft } from "./draft.ts";
import { expanderPin } from "./expander-schema.ts";
import { safeElectrical } from "./output-policy.ts";
import type { Report } from "./problem.ts";

/** Warns of every output whose pull at power-up is not its safe level. */
export function checkPowerUp({ devices }: BoardDraft, report: Report): void {
  for (const { at, driver, fields, written } of devices) {
    const { line, safe, activeLow } = fields;
    if (driver.kind !== "actuator" || line === undefined || safe === undefined) continue;
    if (expanderPin(line) !== undefined) continue; // its pins float until then: DS20001952, 1.6
    if (activeLow === undefined && written.has("activeLow")) continue;
    const header = headerLine(line as LineName);
    const level = safeElectrical({ safe, activeLow: activeLow ?? false });
    if ((header.pull === "up") === (level === "high")) continue;
    report.warning([...at, "line"], `${pullText(line, safe, header)}; ${remedy(header, level, safe)}`);
  }
}

function pullText(line: string, safe: "on" | "off", { pull }: HeaderLine): string {
  const level = pull === "up" ? "high" : "low";
  return `at power-up ${line} is pulled ${level}, which switches it ${safe === "off" ? "on" : "off"}`;
}

function remedy(
  { pin, strong }: HeaderLine,
  level: "high" | "low",
  safe: DeviceDraft["fields"]["safe"],
): string {
  if (strong) return "the resistor on the board is too strong to outweigh: use another line";
  const [pull, rail] = level === "high" ? ["pull-up", "3V3 (pin 1)"] : ["pull-down", "GND (pin 6)"];
  return `a 10k ${pull} from pin ${pin} to ${rail} keeps it ${safe} until Holdfast has it`;
}
