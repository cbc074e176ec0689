import type { PwmPlace } from "../contracts/guardian-plan.ts";
import type { SystemFiles } from "../contracts/system-files.ts";
import type { PinUser } from "./pin-functions.ts";
import { textFile } from "./text-file.ts";

/** Where Linux shows its PWM controllers. */
const PWM_CLASS = "/sys/class/pwm";

interface Controller {
  /** Channel by offset of the line. */
  readonly channels: Readonly<Record<number, number>>;
  /** The kernel's module for it. */
  readonly module: string;
}

/**
 * PWM controllers of the header by `compatible` (BCM2835 ARM Peripherals, 2012, table 6-31; RP1 Peripherals, 2023,
 * table 4): two channels before the Pi 5, four on it.
 */
const CONTROLLERS: Readonly<Record<string, Controller>> = {
  "brcm,bcm2835-pwm": { channels: { 12: 0, 13: 1, 18: 0, 19: 1 }, module: "pwm-bcm2835" },
  "raspberrypi,rp1-pwm": { channels: { 12: 0, 13: 1, 18: 2, 19: 3 }, module: "pwm-rp1" },
};

/**
 * Number of the function that is PWM, by offset of the line, as overlays want it (pwm-2chan-overlay.dts); on a Pi 5
 * the kernel translates the number.
 */
const FUNCTIONS: Readonly<Record<number, number>> = { 12: 4, 13: 4, 18: 2, 19: 2 };

/** A PWM output of the plan, by the offset of its line. */
export interface PwmLine {
  readonly line: string;
  readonly offset: number;
}

/** Whether a line is given to a PWM controller. */
export function isPwm(user: PinUser): boolean {
  return controllerOf(user) !== undefined;
}

/**
 * The channels behind the lines, and why some have none, each a sentence that ends with what helps. `users`: who the
 * device tree gives each line to, none of these to anything but a PWM controller.
 */
export function findPwm(
  lines: readonly PwmLine[],
  users: ReadonlyMap<number, PinUser>,
  files: SystemFiles,
): { readonly places: Readonly<Record<string, PwmPlace>>; readonly problems: readonly string[] } {
  const places: Record<string, PwmPlace> = {};
  const problems: string[] = [];
  const taken = new Map<string, string>();
  for (const { line, offset } of lines) {
    const user = users.get(offset);
    const controller = user && controllerOf(user);
    const channel = controller?.channels[offset];
    if (FUNCTIONS[offset] === undefined) {
      problems.push(`${line}: has no hardware PWM; use GPIO12, GPIO13, GPIO18 or GPIO19`);
    } else if (user === undefined || controller === undefined || channel === undefined) {
      const overlay = pwmOverlay(lines.map((each) => each.offset));
      problems.push(
        `${line}: its PWM is turned off; "${overlay}" in /boot/firmware/config.txt and a restart turn it on`,
      );
    } else if (pwmChip(user.node.path, files) === undefined) {
      const remedy = `sudo modprobe ${controller.module} (and ${controller.module} in /etc/modules)`;
      problems.push(`${line}: its PWM is on, but the kernel's module for it is not loaded: ${remedy}`);
    } else {
      const key = `${user.node.path} ${channel}`;
      const other = taken.get(key);
      if (other !== undefined) {
        const pairs = "use GPIO12 or GPIO18 for one and GPIO13 or GPIO19 for the other";
        problems.push(`${line}: has the same PWM channel as ${other} on this board; ${pairs}`);
      }
      taken.set(key, line);
      places[line] = { node: user.node.path, channel };
    }
  }
  return { places, problems };
}

/**
 * What turns on PWM at these lines, for /boot/firmware/config.txt: one overlay for all of them, because a second one
 * would take the pins of the first. It knows two channels.
 */
export function pwmOverlay(offsets: readonly number[]): string {
  const [even, odd] = [0, 1].map((parity) => offsets.find((offset) => offset % 2 === parity));
  if (even !== undefined && odd !== undefined) {
    return `dtoverlay=pwm-2chan,pin=${even},func=${FUNCTIONS[even]},pin2=${odd},func2=${FUNCTIONS[odd]}`;
  }
  const [only = 18] = offsets;
  return `dtoverlay=pwm,pin=${only},func=${FUNCTIONS[only]}`;
}

/** The folder of the controller with this node, `/sys/class/pwm/pwmchip0`, however it is numbered; undefined: none. */
export function pwmChip(node: string, files: SystemFiles): string | undefined {
  return files
    .list(PWM_CLASS)
    .map((name) => `${PWM_CLASS}/${name}`)
    .find((chip) => textFile(files, `${chip}/device/uevent`)?.split("\n").includes(`OF_FULLNAME=${node}`));
}

function controllerOf({ node }: PinUser): Controller | undefined {
  return node.compatible.flatMap((name) => CONTROLLERS[name] ?? [])[0];
}
