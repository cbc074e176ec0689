/** What a Pi's firmware reads from the boot partition (Raspberry Pi documentation, "config.txt"), as text. */
import { BOOT_LEVELS, bootLevelsText } from "../../firmware/board/boot-levels.ts";
import type { HardwarePlan } from "../../firmware/contracts/output-plan.ts";
import { gpioNumber } from "./header-tree.ts";

/** Names on the boot partition. */
export const BOOT = { kernel: "kernel8.img", initramfs: "initramfs.gz" } as const;

/** Lines of the serial console. */
const CONSOLE_LINES = [14, 15];

/**
 * Silence from the first process on until the guardian opens the watchdog, s, after which the board is reset: five times what that takes on
 * a Pi 3 in an emulator (15 s). The chip of a Pi counts to 16 s; the kernel pets it meanwhile.
 */
export const START_LIMIT_S = 120;

/**
 * config.txt, cmdline.txt and the levels from power-up on, by name. `watched`: the watchdog is the guardian's, so it counts from the
 * first process on.
 */
export function bootFiles(plan: HardwarePlan, watched = false): Readonly<Record<string, string>> {
  const serial = serialIsFree(plan);
  return {
    "config.txt": [
      "# Written by holdfast image. Buses are in the device trees beside this file: dtparam and dtoverlay do",
      "# nothing to the trees of an upstream kernel.",
      "[all]",
      "arm_64bit=1",
      "upstream_kernel=1",
      `kernel=${BOOT.kernel}`,
      `initramfs ${BOOT.initramfs} followkernel`,
      `enable_uart=${serial ? 1 : 0}`,
      "disable_splash=1",
      "boot_delay=0",
      `include ${BOOT_LEVELS}`,
      "",
    ].join("\n"),
    "cmdline.txt": `${commandLine(serial, watched)}\n`,
    [BOOT_LEVELS]: bootLevelsText(plan),
  };
}

/** Whether the board uses neither line of the header's serial port, so that it may be a console. */
export function serialIsFree({ outputs, inputs }: HardwarePlan): boolean {
  return ![...outputs, ...inputs].some(({ line }) => CONSOLE_LINES.includes(gpioNumber(line) ?? -1));
}

/** A kernel that panics resets the board after 5 s: the outputs start again at their boot levels. */
function commandLine(serial: boolean, watched: boolean): string {
  return [
    "console=tty0",
    ...(serial ? ["console=ttyS1,115200"] : []),
    "panic=5",
    "quiet",
    ...(watched ? [`holdfast.watchdog=${START_LIMIT_S}`] : []),
  ].join(" ");
}
