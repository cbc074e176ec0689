/** Why no image could be made: `code` says what kind of reason, the message what, where and what helps. */
export class ImageError extends Error {
  override readonly name = "ImageError";
  readonly code: "badConfig" | "noBus" | "noTool" | "noPackage" | "badProvision" | "tooLarge" | "notWritten";

  constructor(code: ImageError["code"], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
