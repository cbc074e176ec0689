import { detectBoard } from "../../firmware/board/detect-board.ts";
import { findHardware } from "../../firmware/board/hardware-problems.ts";
import type { LinuxPlan } from "../../firmware/contracts/guardian-plan.ts";
import { HardwareError } from "../../firmware/contracts/hardware-error.ts";
import type { SystemFiles } from "../../firmware/contracts/system-files.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { hardwarePlan } from "../config/plan.ts";

/**
 * Where the lines of a configuration are on this machine. Throws `HardwareError` with everything that stands in the
 * way, a line each: no Raspberry Pi, no such line, a line in use, a bus or PWM
 * that is turned off, a bus with another clock or on other lines.
 */
export function linuxPlan(config: BoardConfig, files: SystemFiles): LinuxPlan {
  const board = detectBoard(files);
  const { places, pwm, busPins, problems } = findHardware(hardwarePlan(config), board, files);
  if (places === undefined) throw new HardwareError(problems.join("\n"));
  const { backend = "chardev" } = config;
  return { backend, places, ...(pwm !== undefined && { pwm }), ...(busPins !== undefined && { busPins }) };
}
