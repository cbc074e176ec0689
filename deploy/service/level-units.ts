/**
 * Who keeps the levels from power-up on as the configuration has them: root, because the boot partition is not the board's to write. It
 * runs after each start of the board, and when the configuration or the record of slots has changed.
 */
import { SLOT_FILE } from "../update/slot-file.ts";
import { SLOT_PROGRAM } from "../update/slot-program.ts";
import { commandWord, type UnitLine, type UnitSection } from "./unit-text.ts";

/** The units that are enabled: one for changes, one for starts. */
export const LEVELS_PATH = "holdfast-levels.path";
export const LEVELS_SERVICE = "holdfast-levels.service";

/** By the name of the unit. `config`: path of the configuration; `environment`: lines that say how the board is configured. */
export function levelUnits(
  slots: string,
  config: string,
  environment: readonly UnitLine[],
): Readonly<Record<string, readonly UnitSection[]>> {
  return {
    [LEVELS_PATH]: [
      {
        name: "Unit",
        lines: [["Description", "Holdfast: waits for another configuration, and for the end of a trial"]],
      },
      {
        name: "Path",
        lines: [
          ["PathChanged", pathWord(config)],
          ["PathChanged", pathWord(`${slots}/${SLOT_FILE}`)],
        ],
      },
      { name: "Install", lines: [["WantedBy", "paths.target"]] },
    ],
    [LEVELS_SERVICE]: [
      {
        name: "Unit",
        lines: [
          ["Description", "Holdfast: levels from power-up on follow the configuration"],
          ["After", "holdfast.service"],
          { note: "An editor may write a file several times, each counts as a start." },
          ["StartLimitIntervalSec", "0"],
        ],
      },
      {
        name: "Service",
        lines: [
          ["Type", "oneshot"],
          ["ExecStart", `${commandWord(`${slots}/${SLOT_PROGRAM}`)} boot-levels --settle`],
          ...environment,
          ["TimeoutStartSec", "5m"],
          { note: "Whatever it does can wait for everything else." },
          ["Nice", "19"],
          ["IOSchedulingClass", "idle"],
          ["OOMScoreAdjust", "300"],
        ],
      },
      { name: "Install", lines: [["WantedBy", "holdfast.service"]] },
    ],
  };
}

/** A path as a unit has it where no words are quoted: only specifiers are replaced (systemd.unit(5)). */
function pathWord(path: string): string {
  return path.replaceAll("%", "%%");
}
