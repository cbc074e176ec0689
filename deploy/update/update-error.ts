/** An update that did not go on: `code` says why for programs, the message what, where and what helps. */
export class UpdateError extends Error {
  override readonly name = "UpdateError";
  readonly code:
    | "noSlots"
    | "noRecord"
    | "noBundle"
    | "busy"
    | "full"
    | "readBack"
    | "damaged"
    | "tooBig"
    | "refused"
    | "badConfig"
    | "interrupted"
    | "unreachable"
    | "restart";

  constructor(code: UpdateError["code"], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
