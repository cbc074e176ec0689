import type { BusPlan } from "../contracts/bus-plan.ts";
import { transferUs } from "../transfer-time.ts";
import { ioctl } from "./system-calls.ts";

/** linux/i2c-dev.h: both take their argument by value. */
const I2C_RETRIES = 0x0701;
const I2C_TIMEOUT = 0x0702;
/** What I2C_TIMEOUT counts in. */
const UNIT_US = 10_000;
/** Below two units the kernel's own tick would end transfers that are well. */
const LEAST_UNITS = 2;
/** Drivers that nobody has admitted may send such as well. */
const ANY_DRIVER = { write: 64, read: 64 };
const LONGEST = { write: 256, read: 256 };

/**
 * After which time the adapter's driver gives a transfer up, in units of 10 ms: twice the longest that was admitted,
 * because the clock of a Pi's bus slows down with its core's (raspberrypi/linux#254: 62 kHz of 100 kHz). The kernel's own
 * value is a second, for which a bus that is held would keep everybody waiting.
 */
export function adapterUnits({ hz, longestUs = transferUs(LONGEST, hz) }: BusPlan): number {
  const us = 2 * Math.max(longestUs, transferUs(ANY_DRIVER, hz));
  return Math.max(LEAST_UNITS, Math.ceil(us / UNIT_US));
}

/**
 * Sets that time, and that the driver repeats nothing by itself: transfers are tried again, and counted, by the owner of
 * the bus. They hold for everybody who uses the adapter. Throws `SystemCallError`.
 */
export function limitAdapter(fd: number, plan: BusPlan): void {
  ioctl(fd, I2C_TIMEOUT, BigInt(adapterUnits(plan)), `time limit of ${plan.bus}`);
  ioctl(fd, I2C_RETRIES, 0n, `retries of ${plan.bus}`);
}
