import { describeReason, type ExitReason } from "../process/exit-reason.ts";
import type { Pid } from "../process/pid.ts";

/**
 * Why a start came to nothing.
 *
 *   failed          `init` threw, refused, or the process was ended meanwhile; `reason` says why
 *   timeout         `init` took longer than the limit; the process was killed
 *   ignored         `init` said that there is nothing to do
 *   alreadyStarted  the name is taken; `holder` has it
 */
export type StartErrorCode = "failed" | "timeout" | "ignored" | "alreadyStarted";

export class StartError extends Error {
  override readonly name = "StartError";
  readonly code: StartErrorCode;
  /** Label of what was started. */
  readonly what: string;
  readonly reason: ExitReason | undefined;
  readonly holder: Pid | undefined;

  constructor(
    code: StartErrorCode,
    what: string,
    { reason, holder }: { reason?: ExitReason | undefined; holder?: Pid | undefined } = {},
  ) {
    const why =
      reason !== undefined ? ` (${describeReason(reason)})` : holder === undefined ? "" : ` as ${holder}`;
    super(`start of ${what}: ${code}${why}`);
    this.code = code;
    this.what = what;
    this.reason = reason;
    this.holder = holder;
  }
}
