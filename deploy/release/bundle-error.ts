/** A bundle that is not used. Nothing of it was written by then but what the message names. */
export class BundleError extends Error {
  override readonly name = "BundleError";
  readonly code: BundleFault;

  constructor(code: BundleFault, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** Why a bundle is not used. */
export type BundleFault =
  /** It does not begin as a bundle does. */
  | "notABundle"
  /** It ends before it should. */
  | "truncated"
  /** It is not what its manifest says. */
  | "damaged"
  /** No key that is trusted here has signed it. */
  | "unknownKey"
  /** A key that is trusted here is named, and its signature is of something else. */
  | "wrongSignature"
  /** Made by a newer Holdfast, in a way that is not known here. */
  | "newerFormat"
  /** The manifest is signed, and says what no manifest may. */
  | "badManifest"
  /** For another kind of machine. */
  | "wrongTarget"
  /** For another board. */
  | "wrongBoard"
  /** It needs a newer kernel or C library. */
  | "tooOldHere"
  /** It does not carry what was asked for. */
  | "noPayload"
  /** Its files cannot be written here. */
  | "notWritten";
