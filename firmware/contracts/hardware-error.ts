/** Why lines or buses of this machine cannot be had: which, why, and what helps, in one sentence for people. */
export class HardwareError extends Error {
  override readonly name = "HardwareError";
}
