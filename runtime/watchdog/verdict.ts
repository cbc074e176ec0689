/** Why a cell is ended, from what the watchdog found and what the cell's own thread could still tell. */
import type { InterruptedCode } from "../cell/interrupted-code.ts";
import type { Finding } from "./finding.ts";

/** As in `Finding`; `garbageCollection`: but for pauses of the collector its work would have been done in time. */
export type VerdictCause = "hung" | "late" | "garbageCollection";

/** Part of events and crash reports. */
export interface Verdict extends Omit<Finding, "cause" | "cell" | "incarnation"> {
  readonly cause: VerdictCause;
  /** Pauses of the collector in this work and up to two seconds before it, us; absent when its thread did not tell. */
  readonly collectorUs?: number;
  /**
   * The JavaScript that ran, innermost frame first, one a line. `null`: its thread did not tell, because no
   * JavaScript ran (native code or the collector did) or it had no core.
   */
  readonly stack: string | null;
}

/** The collector is to blame when it kept the work for longer than this part of the time. */
const COLLECTED_SHARE = 0.5;

/** `foundUs`: when it was found, monotonic. */
export function verdictOf(
  { cause, cell: _, incarnation: __, ...found }: Finding & { readonly cause: "hung" | "late" },
  code: InterruptedCode | undefined,
  foundUs: number,
): Verdict {
  if (code === undefined) return { ...found, cause, stack: null };
  const { collectorUs, stack } = code;
  // It tells as soon as the collector is done: until then it was late, and at work.
  const sinceUs = Math.max(0, code.atUs - foundUs);
  const inTime = collectorUs >= found.lateUs + sinceUs;
  const most = collectorUs > COLLECTED_SHARE * (found.workedUs + sinceUs);
  const collected = cause === "hung" && inTime && most;
  return { ...found, cause: collected ? "garbageCollection" : cause, collectorUs, stack };
}
