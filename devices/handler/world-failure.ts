/** Which errors are the world's: a device repairs what it can and goes down its ladder; any other is a defect, or a fence. */
import type { I2cError } from "../../firmware/contracts/i2c.ts";
import type { LineError } from "../../firmware/contracts/line.ts";
import { ExitWith } from "../../runtime/process/exit-reason.ts";
import { JobAborted } from "../../runtime/time/job-aborted.ts";

/** Errors of its contracts. */
const FROM_THE_GUARDIAN = ["I2cError", "LineError", "SpiError", "W1Error"];

/** By name, because a driver that was loaded as a module of its own brings its own copies of the classes. */
export function isWorldFailure(error: unknown): error is Error {
  if (!(error instanceof Error) || isFence(error)) return false;
  return isFromTheGuardian(error) || error.name === "DeviceError" || error instanceof JobAborted;
}

/**
 * What a process throws that an error of its work ends. A fence is no fault of the device and no crash: its outputs were
 * taken from it, because a newer life owns them or the board stops, and whoever did that has told why. It ends in order.
 */
export function asEnd(error: unknown): unknown {
  return error instanceof Error && isFence(error)
    ? new ExitWith(error.message, { shutdown: error.message })
    : error;
}

function isFence(error: Error): boolean {
  return isFromTheGuardian(error) && (error as I2cError | LineError).code === "fenced";
}

function isFromTheGuardian({ name }: Error): boolean {
  return FROM_THE_GUARDIAN.includes(name);
}
