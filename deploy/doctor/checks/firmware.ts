import { textFile } from "../../../firmware/board/text-file.ts";
import type { SystemFiles } from "../../../firmware/contracts/system-files.ts";
import type { Check } from "../examination.ts";
import type { Finding } from "../finding.ts";
import { CONFIG_TXT } from "../remedies.ts";

/** Overlays that were put in while the system ran. */
const LOADED = "/sys/kernel/config/device-tree/overlays";
/** What the firmware could not do with config.txt, a line each. */
const WARNINGS = "/proc/device-tree/chosen/user-warnings";

/** What Raspberry Pi's firmware was asked for, and what it did not understand. */
export const checkFirmware: Check = ({ machine: { files }, board }) =>
  board === undefined ? [] : [...settingFindings(files), ...warningFindings(files)];

function settingFindings(files: SystemFiles): Finding[] {
  const id = "firmware.overlays";
  const where = CONFIG_TXT.find((path) => files.read(path) !== undefined);
  const settings = where === undefined ? [] : treeSettings(textFile(files, where) ?? "");
  const loaded = files.list(LOADED);
  const more = loaded.length === 0 ? "" : `; loaded since the start: ${loaded.join(", ")}`;
  if (where === undefined) {
    return loaded.length === 0
      ? []
      : [{ id, verdict: "ok", what: `overlays${more.slice(1)}`, where: LOADED }];
  }
  const what = settings.length === 0 ? "no overlays and no parameters" : settings.join(", ");
  return [{ id, verdict: "ok", what: `${what}${more}`, where }];
}

/** `dtoverlay=` and `dtparam=` lines, in their order; those below a filter such as [pi4] with it. */
export function treeSettings(configTxt: string): readonly string[] {
  let filter = "";
  const settings: string[] = [];
  for (const line of configTxt.split("\n")) {
    const text = line.trim();
    if (/^\[.*\]$/.test(text)) filter = text === "[all]" ? "" : ` ${text}`;
    else if (/^(dtoverlay|dtparam)=./.test(text)) settings.push(text + filter);
  }
  return settings;
}

function warningFindings(files: SystemFiles): Finding[] {
  const said = textFile(files, WARNINGS) ?? "";
  return said
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => ({
      id: "firmware.warning",
      verdict: "problem",
      what: `the firmware did not understand a setting: ${line.trim()}`,
      where: WARNINGS,
      remedy:
        "correct the overlay or parameter it names in config.txt (/boot/firmware/overlays/README lists all), then restart",
    }));
}
