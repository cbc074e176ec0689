/** Keys that could not be made, or that are not what they should be: `code` says which, the message what helps. */
export class KeysError extends Error {
  override readonly name = "KeysError";
  readonly code: "noOpenSsl" | "openSslFailed" | "notWritten" | "doesNotFit" | "badName";

  constructor(code: KeysError["code"], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
