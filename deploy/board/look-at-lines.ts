/** The lines of this machine as the kernel knows them. Loaded by `holdfast line` only: it brings native code. */
import { HardwareError } from "../../firmware/contracts/hardware-error.ts";
import { GpioChip } from "../../firmware/linux/gpio-chip.ts";
import type { LineInfo } from "../../firmware/linux/gpio-uapi.ts";

/** Who is asked for a level, in `gpioinfo`, for as long as that takes. */
const CONSUMER = "holdfast line";

/** What the kernel knows of lines, by offset, without requesting any. Throws `HardwareError` where the chip is not to be had. */
export function lineInfos(label: string, offsets: readonly number[]): ReadonlyMap<number, LineInfo> {
  return withChip(label, (chip) => new Map(offsets.map((offset) => [offset, chip.line(offset)])));
}

/**
 * The electrical level of an input that nobody has. Only of one: to look at a line is to request it and let it go, which makes an
 * output an input on some kernels (pinctrl-bcm2835), and takes a pin from the bus that has it. Throws `HardwareError`.
 */
export function readFreeInput(label: string, offset: number): 0 | 1 {
  return withChip(label, (chip) => {
    const request = chip.request([offset], CONSUMER, { direction: "as-is" });
    try {
      return request.level(0);
    } finally {
      request.close();
    }
  });
}

function withChip<T>(label: string, look: (chip: GpioChip) => T): T {
  try {
    const chip = GpioChip.find(label);
    if (chip === undefined) throw new HardwareError(`no GPIO chip is labelled "${label}"`);
    try {
      return look(chip);
    } finally {
      chip.close();
    }
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== "EACCES" && code !== "EPERM") throw error;
    throw new HardwareError(
      "no right to /dev/gpiochip*; the user must be in the group gpio (sudo usermod -aG gpio <user>)",
    );
  }
}
