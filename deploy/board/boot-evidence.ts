/** What this machine tells of its last start, read from files only: the watchdog device is never opened for it. */
import { textFile } from "../../firmware/board/text-file.ts";
import type { SystemFiles } from "../../firmware/contracts/system-files.ts";
import type { BootEvidence } from "./boot-history.ts";
import { kernelDumps } from "./kernel-dumps.ts";

const BOOT_ID = "/proc/sys/kernel/random/boot_id";
/** Any watchdog's: a board has one, and `softdog` never remembers. */
const WATCHDOGS = "/sys/class/watchdog";
/** WDIOF_CARDRESET (linux/watchdog.h). bcm2835_wdt never sets it. */
const CARD_RESET = 0x20;
/**
 * The reset register as a Pi's bootloader found it (Raspberry Pi documentation, "Device trees, overlays and
 * parameters", chosen/bootloader). Older firmware does not pass it on.
 */
const RESET_STATUS = "/proc/device-tree/chosen/bootloader/pm_rsts";
/** Which slot Holdfast OS started (deploy/image/boot/init.sh). Slots that are folders change without a boot. */
const RUNNING_SLOT = "/run/holdfast-slot";
/** PM_RSTS_HADPOR: power came on. */
const HAD_POWER_ON = 0x1000;

export function bootEvidence(files: SystemFiles): Omit<BootEvidence, "bootId"> {
  const statuses = files
    .list(WATCHDOGS)
    .map((name) => textFile(files, `${WATCHDOGS}/${name}/bootstatus`))
    .filter((text) => text !== undefined);
  const register = files.read(RESET_STATUS);
  const slot = /^slot=(\w+)$/m.exec(textFile(files, RUNNING_SLOT) ?? "")?.[1];
  return {
    ...(slot !== undefined && { slot }),
    dumps: kernelDumps(files),
    cardReset: statuses.length === 0 ? undefined : statuses.some((text) => (Number(text) & CARD_RESET) !== 0),
    powerOn: register?.length === 4 ? (bigEndian(register) & HAD_POWER_ON) !== 0 : undefined,
  };
}

/** Another at each boot of the kernel (random(4)). */
export function bootId(files: SystemFiles): string {
  return textFile(files, BOOT_ID) ?? "";
}

function bigEndian(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
}
