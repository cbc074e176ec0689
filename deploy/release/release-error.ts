/**
 * A release that could not be made, or one that must not be used: `code` says which, the message what was found, where,
 * and what helps.
 */
export class ReleaseError extends Error {
  override readonly name = "ReleaseError";
  readonly code: ReleaseFault;

  constructor(code: ReleaseFault, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** Why a release could not be made. */
export type ReleaseFault =
  /** This is not a checkout of the project with its packages: programs cannot be bundled. */
  | "noCheckout"
  /** A program of this machine is not installed. */
  | "noTool"
  /** A program of this machine failed. */
  | "toolFailed"
  /** A package is not what its integrity says. */
  | "wrongPackage"
  /** The configuration has problems, or names what is not there. */
  | "badConfig"
  /** The folder or file to be written is there already, or cannot be written. */
  | "notWritten"
  /** It was to go live from a release that differs in more than code of devices and controllers. */
  | "notLive"
  /** There is no time that the release could carry. */
  | "noTime"
  /** The release was started, and did not come up. */
  | "notStarted";
