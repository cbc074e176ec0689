import { checkBoard } from "./checks/board.ts";
import { checkBootLevels } from "./checks/boot-levels.ts";
import { checkBuses } from "./checks/buses.ts";
import { checkClock } from "./checks/clock.ts";
import { checkConfiguration } from "./checks/configuration.ts";
import { checkFirmware } from "./checks/firmware.ts";
import { checkLines } from "./checks/lines.ts";
import { checkNetwork } from "./checks/network.ts";
import { checkOutputs } from "./checks/outputs.ts";
import { checkPower } from "./checks/power.ts";
import { checkStorage } from "./checks/storage.ts";
import { checkTime } from "./checks/time.ts";
import { checkWatchdog } from "./checks/watchdog.ts";
import type { Check, Examination } from "./examination.ts";
import { GROUPS, type Group, type GroupedFinding } from "./finding.ts";

/** One check a group; a further one is a file in checks/ and a line here. */
const CHECKS: Readonly<Record<Group, Check>> = {
  board: checkBoard,
  lines: checkLines,
  buses: checkBuses,
  outputs: (examination) => [...checkOutputs(examination), ...checkBootLevels(examination)],
  watchdog: checkWatchdog,
  time: checkTime,
  clock: checkClock,
  storage: checkStorage,
  power: checkPower,
  firmware: checkFirmware,
  network: checkNetwork,
  configuration: checkConfiguration,
};

/** Everything that was found, in the order of the groups. */
export function diagnose(examination: Examination): readonly GroupedFinding[] {
  return GROUPS.flatMap((group) => CHECKS[group](examination).map((finding) => ({ group, finding })));
}
