/**
 * A part that answers on its bus but cannot be used. Failures of the bus itself are `I2cError`, `SpiError`, `W1Error`.
 */

/** Why a part cannot be used; each code has one physical cause. */
export type DeviceErrorCode =
  /** Nothing drives the data wire: unplugged, unpowered, or shorted. */
  | "no_answer"
  /** Another part answers at this address: wrong breakout board, or a counterfeit. */
  | "wrong_part"
  /** The conversion lasts longer than the datasheet allows: internal fault, supply too low, read too early. */
  | "not_ready"
  /** The registers do not hold what was written: brown-out, or somebody else writes to the part. */
  | "configuration_lost"
  /** The factory calibration cannot be real: never programmed, or not copied after a reset. */
  | "bad_calibration";

/** A part that answered with something unusable: which part, where, what it said. */
export class DeviceError extends Error {
  override readonly name = "DeviceError";
  readonly code: DeviceErrorCode;
  readonly part: string;

  constructor(code: DeviceErrorCode, part: string, where: string, detail: string) {
    super(`${code}: ${part} at ${where}: ${detail}`);
    this.code = code;
    this.part = part;
  }
}
