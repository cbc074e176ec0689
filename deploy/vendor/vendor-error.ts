/** A vendor's image that could not be made a board's: `code` says why, the message what was found and what helps. */
export class VendorError extends Error {
  override readonly name = "VendorError";
  readonly code: /** No image with the two partitions of Raspberry Pi OS, or of another processor. */
    | "notRaspberryPiOs"
    /** Another release is in it already. */
    | "otherRelease"
    /** A setting that the image cannot take. */
    | "badSettings"
    /** Not what was to be written is in it, or its file system has errors. */
    | "notWritten";

  constructor(code: VendorError["code"], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
