/** Which errors are the world's: a device repairs what it can and goes down its ladder; any other is a defect. */
import type { I2cError } from "../../firmware/contracts/i2c.ts";
import type { LineError } from "../../firmware/contracts/line.ts";
import { JobAborted } from "../../runtime/time/job-aborted.ts";

/** Errors of its contracts. */
const FROM_THE_GUARDIAN = ["I2cError", "LineError", "SpiError", "W1Error"];

/**
 * A fence is no fault of the device: a newer life owns it, and this one has to end. By name, because a driver that
 * was loaded as a module of its own brings its own copies of the classes.
 */
export function isWorldFailure(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  if (FROM_THE_GUARDIAN.includes(error.name)) return (error as I2cError | LineError).code !== "fenced";
  return error.name === "DeviceError" || error instanceof JobAborted;
}
