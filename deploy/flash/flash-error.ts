/** A card that was not written, or not as it should be: `code` says why, the message what helps. */
export class FlashError extends Error {
  override readonly name = "FlashError";
  readonly code:
    | "noDisks"
    | "noSuchDisk"
    | "notRemovable"
    | "systemDisk"
    | "mounted"
    | "writeProtected"
    | "busy"
    | "noRight"
    | "tooSmall"
    | "notAnImage"
    | "unreadable"
    | "writeFailed"
    | "differs";

  constructor(code: FlashError["code"], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
