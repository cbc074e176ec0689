import { closeSync, constants, openSync, readFileSync, writeSync } from "node:fs";
import { basename } from "node:path";
import { HardwareError } from "../contracts/hardware-error.ts";
import type { WatchdogTimer } from "../contracts/watchdog.ts";
import { ioctl } from "./system-calls.ts";
import {
  decodeWatchdogInfo,
  INFO_BYTES,
  MAGIC_CLOSE,
  WATCHDOG_IOCTL,
  type WatchdogInfo,
  WDIOF,
} from "./watchdog-uapi.ts";

/** What helps when the device cannot be opened, by error code. */
const REMEDIES: Readonly<Record<string, string>> = {
  EBUSY:
    'somebody else has it; where systemd does (RuntimeWatchdogSec), write "watchdog": {"owner": "systemd"}',
  EACCES: "no right to it; the service unit of `holdfast service` gives it to its user",
  EPERM: "no right to it; the service unit of `holdfast service` gives it to its user",
  ENOENT:
    'there is none; on a Pi "dtparam=watchdog=on" in /boot/firmware/config.txt and a restart turn it on',
};

/**
 * A watchdog device. From `open` on it resets the board unless it is petted; only `close` ends that, and not even that
 * where the kernel has `nowayout`. Every call is a write of a register (bcm2835_wdt, i6300esb): about 1 us, no waiting.
 */
export class WatchdogDevice implements WatchdogTimer {
  readonly stoppable: boolean;
  readonly #info: WatchdogInfo;
  readonly #fd: number;

  private constructor(fd: number, path: string) {
    this.#fd = fd;
    const bytes = Buffer.alloc(INFO_BYTES);
    ioctl(fd, WATCHDOG_IOCTL.support, bytes, "information about the watchdog");
    this.#info = decodeWatchdogInfo(bytes);
    this.stoppable = (this.#info.options & WDIOF.magicClose) !== 0 && !hasNoWayOut(path);
  }

  /** Throws `HardwareError` with what helps: in use, not there, no right. */
  static open(path: string): WatchdogDevice {
    let fd: number;
    try {
      fd = openSync(path, constants.O_WRONLY); // "w" would make a file where there is no device
    } catch (error) {
      const { code = "", message } = error as { code?: string; message: string };
      throw new HardwareError(`${path}: ${REMEDIES[code] ?? message}`);
    }
    try {
      return new WatchdogDevice(fd, path);
    } catch (error) {
      // A watchdog that cannot be minded would reset the board for ever; the log says that there is none.
      writeSync(fd, MAGIC_CLOSE);
      closeSync(fd);
      throw error;
    }
  }

  get identity(): string {
    return this.#info.identity;
  }

  /**
   * Asks for a limit and returns the one that the device has now, s: the driver's own where it takes no other. Throws
   * `SystemCallError` when it cannot even be read.
   */
  setLimitS(seconds: number): number {
    const value = Buffer.alloc(4);
    value.writeInt32LE(seconds);
    if ((this.#info.options & WDIOF.setTimeout) !== 0) {
      try {
        ioctl(this.#fd, WATCHDOG_IOCTL.setTimeout, value, "limit of the watchdog");
      } catch {
        // Beyond what the device can count (EINVAL): it keeps its own, which is read below.
      }
    }
    ioctl(this.#fd, WATCHDOG_IOCTL.getTimeout, value, "limit of the watchdog");
    return value.readInt32LE();
  }

  /** True when the last boot was a reset by this device, as far as its driver can tell (bcm2835_wdt cannot). */
  get didReset(): boolean {
    const value = Buffer.alloc(4);
    ioctl(this.#fd, WATCHDOG_IOCTL.bootStatus, value, "boot status of the watchdog");
    return (value.readInt32LE() & WDIOF.cardReset) !== 0;
  }

  /** Starts its time anew. Throws `SystemCallError`. */
  pet(): void {
    ioctl(this.#fd, WATCHDOG_IOCTL.keepAlive, Buffer.alloc(4), "pet of the watchdog");
  }

  /** Stops it by magic close. Where the kernel has `nowayout`, or the driver no magic close, it goes on counting. */
  close(): void {
    writeSync(this.#fd, MAGIC_CLOSE);
    closeSync(this.#fd);
  }
}

/** `/dev/watchdog` is the first device. Kernels without the attribute (CONFIG_WATCHDOG_SYSFS) do not tell. */
function hasNoWayOut(path: string): boolean {
  const name = basename(path) === "watchdog" ? "watchdog0" : basename(path);
  try {
    return readFileSync(`/sys/class/watchdog/${name}/nowayout`, "utf8").trim() === "1";
  } catch {
    return false; // nothing tells, so its driver's word has to do
  }
}
