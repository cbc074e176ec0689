/**
 * Whether outputs are safe before anybody configures them: from reset until the guardian starts, and while
 * the firmware has not read config.txt, only pulls hold a line (SAFETY.md, Levels).
 */
import { type HeaderLine, headerLine, type LineName } from "../../firmware/header-map.ts";
import type { BoardDraft, DeviceDraft } from "./draft.ts";
import { expanderPin } from "./expander-schema.ts";
import { safeElectrical } from "./output-policy.ts";
import type { Path, Report } from "./problem.ts";

/** Warns of every output whose pull at power-up is not its safe level; so of the rails of expanders, which are off then. */
export function checkPowerUp({ devices, expanders }: BoardDraft, report: Report): void {
  for (const { at, fields } of expanders) {
    const { line, activeLow } = fields.rail ?? {};
    if (line !== undefined)
      warn([...at, "rail", "line"], line, { safe: "off", activeLow: activeLow ?? false }, report);
  }
  for (const { at, driver, fields, written } of devices) {
    const { line, safe, activeLow } = fields;
    if (driver.kind !== "actuator" || line === undefined || safe === undefined) continue;
    if (expanderPin(line) !== undefined) continue; // its pins float until then: DS20001952, 1.6
    if (activeLow === undefined && written.has("activeLow")) continue;
    warn([...at, "line"], line as LineName, { safe, activeLow: activeLow ?? false }, report);
  }
}

function warn(
  at: Path,
  line: LineName,
  policy: { readonly safe: "on" | "off"; readonly activeLow: boolean },
  report: Report,
): void {
  const header = headerLine(line);
  const level = safeElectrical(policy);
  if ((header.pull === "up") === (level === "high")) return;
  report.warning(at, `${pullText(line, policy.safe, header)}; ${remedy(header, level, policy.safe)}`);
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
