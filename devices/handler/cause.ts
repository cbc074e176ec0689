/**
 * Why a device or controller is in the mode it is in: a closed set, as data for programs and in words for people.
 *
 * Which of them leads where is in the table of devices/README.md.
 */
import { describeReason, type ExitReason, rootCause } from "../../runtime/process/exit-reason.ts";
import { formatDuration } from "../../runtime/time/duration.ts";
import type { Mode, ModeOrder } from "./mode.ts";

/** How a life ended that was not asked to. `restarts`: so many ends within the period cost a rung. */
export type EndCause =
  /** An error that nobody caught, or an end by another's hand. */
  | { readonly kind: "crash"; readonly reason: string; readonly restarts?: number }
  /** Past its hard deadline. */
  | { readonly kind: "hung"; readonly restarts?: number }
  /** Ended for being late. */
  | { readonly kind: "late"; readonly restarts?: number }
  /** But for pauses of the collector it would have been in time. */
  | { readonly kind: "garbageCollection"; readonly restarts?: number }
  /** Beyond its heap, or its buffers outside of it. */
  | { readonly kind: "outOfMemory"; readonly restarts?: number }
  /** It broke a declared protocol; `reason` names party, message, state and what was allowed. */
  | { readonly kind: "contract"; readonly reason: string; readonly restarts?: number };

export type Cause =
  | EndCause
  /** `missed` of its last `of` jobs ended after their deadline. */
  | { readonly kind: "misses"; readonly missed: number; readonly of: number }
  /** Bus, line or chip failed in as many jobs in a row as cost a rung; `code` from the error's closed set. */
  | { readonly kind: "worldFailure"; readonly code: string; readonly reason: string }
  /** What a controller decides by cannot be acted on: bad, or too old. */
  | { readonly kind: "input"; readonly device: string; readonly reading: string; readonly reason: string }
  /** A controller's output on another board is out of reach, or does not follow it. */
  | { readonly kind: "output"; readonly device: string; readonly reason: string }
  /** Something it depends on is down there, and why. */
  | { readonly kind: "dependency"; readonly device: string; readonly mode: Mode; readonly cause?: Cause }
  /** A person or program asked for the mode, for so long. */
  | { readonly kind: "operator"; readonly asked: ModeOrder; readonly forMs?: number }
  /** What an operator had asked for is over: by time, or by `auto`. */
  | { readonly kind: "operatorEnded" }
  /** So long without a fault. */
  | { readonly kind: "probation"; readonly afterMs: number }
  /** Off for long enough: one more try. */
  | { readonly kind: "retry" };

type Words = { readonly [K in Cause["kind"]]: (cause: Extract<Cause, { readonly kind: K }>) => string };

const WORDS: Words = {
  crash: ({ reason, restarts }) => counted(reason, restarts),
  hung: ({ restarts }) => counted("hung", restarts),
  late: ({ restarts }) => counted("late", restarts),
  garbageCollection: ({ restarts }) => counted("garbageCollection", restarts),
  outOfMemory: ({ restarts }) => counted("outOfMemory", restarts),
  contract: ({ reason, restarts }) => counted(reason, restarts),
  misses: ({ missed, of }) => `${missed} of ${of} jobs were late`,
  worldFailure: ({ reason }) => reason,
  input: ({ reason }) => reason,
  output: ({ device, reason }) => `${device}: ${reason}`,
  dependency: ({ device, mode, cause }) =>
    `${device} is ${mode}${cause === undefined ? "" : `: ${describeCause(cause)}`}`,
  operator: ({ asked, forMs }) =>
    `an operator asked for ${asked}${forMs === undefined ? "" : ` for ${formatDuration(forMs)}`}`,
  operatorEnded: () => "the operator's time is over",
  probation: () => "probation passed",
  retry: () => "tried again",
};

/** Every kind there is. */
export const CAUSE_KINDS = Object.keys(WORDS) as readonly Cause["kind"][];

/** One line for people: `climate is safe: address_nak at i2c-1 0x76`. */
export function describeCause(cause: Cause): string {
  return (WORDS[cause.kind] as (cause: Cause) => string)(cause);
}

/** Why a cell or process ended, as a cause; ends that nobody had to expect count as crashes. */
export function causeOfEnd(reason: ExitReason): EndCause {
  const root = rootCause(reason);
  if (root === "hung" || root === "late" || root === "garbageCollection" || root === "outOfMemory")
    return { kind: root };
  const text = describeReason(root);
  return typeof root === "object" && "contract" in root
    ? { kind: "contract", reason: text }
    : { kind: "crash", reason: text };
}

/** A failure of the world (`I2cError`, `LineError`, `DeviceError`) as a cause. */
export function causeOfFailure(error: Error): Cause {
  const { code } = error as { readonly code?: unknown };
  return { kind: "worldFailure", code: String(code), reason: error.message };
}

function counted(reason: string, restarts: number | undefined): string {
  return restarts === undefined ? reason : `restarts: ${reason}`;
}
