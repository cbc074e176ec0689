import { describeReason, type ExitReason } from "../process/exit-reason.ts";

/**
 * Why a call came to nothing.
 *
 *   timeout       no reply within the limit, or the server found the request to be past its deadline
 *   noproc        no such process, or no such name
 *   noconnection  the way to the other board is gone
 *   exited        the server ended before it replied; `reason` says why
 */
export type CallErrorCode = "timeout" | "noproc" | "noconnection" | "exited";

/** A call that failed for a reason in the world. Nobody catches it: the caller ends, as the one it relied on did. */
export class CallError extends Error {
  override readonly name = "CallError";
  readonly code: CallErrorCode;
  /** Whom it asked, as printed. */
  readonly server: string;
  /** Tag of the request. */
  readonly request: string;
  /** How the server ended, when it did. */
  readonly reason: ExitReason | undefined;

  constructor(code: CallErrorCode, server: string, request: string, reason?: ExitReason) {
    const why = reason === undefined || reason === code ? "" : ` (${describeReason(reason)})`;
    super(`call "${request}" to ${server}: ${code}${why}`);
    this.code = code;
    this.server = server;
    this.request = request;
    this.reason = reason;
  }
}

/** The server understood the request and would not do it; `code` is of the server's own closed set. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  readonly code: string;

  constructor(code: string, why: string) {
    super(why);
    this.code = code;
  }
}

/** The error of a call whose server ended with `reason`. */
export function callFailed(server: string, request: string, reason: ExitReason): CallError {
  const code = reason === "noproc" || reason === "noconnection" ? reason : "exited";
  return new CallError(code, server, request, reason);
}
