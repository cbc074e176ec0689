/**
 * Why a process ended. OTP's words, and ours: `hung` (past its hard deadline), `late`, `garbageCollection` (see
 * `watchdog/finding.ts` and `verdict.ts`), `outOfMemory`.
 *
 * `kill` is what a sender asks for and cannot be trapped; its links see `killed`.
 */
import { type ContractReport, describeContract } from "../protocol/contract-report.ts";

export type ExitReason =
  | "normal"
  | "shutdown"
  | "kill"
  | "killed"
  | "noproc"
  | "noconnection"
  | "hung"
  | "late"
  | "garbageCollection"
  | "outOfMemory"
  | CrashReason
  | CellReason
  | ContractReason
  | { readonly nameTaken: string }
  | { readonly shutdown: string };

/** An error that nobody caught. */
export interface CrashReason {
  readonly error: string;
  readonly stack: string;
}

/** It broke the contract of a protocol. */
export interface ContractReason {
  readonly contract: ContractReport;
}

/** Thrown to end a process with a reason that is more than an error with its stack. */
export class ExitWith extends Error {
  readonly reason: ExitReason;

  constructor(message: string, reason: ExitReason) {
    super(message);
    this.reason = reason;
  }
}

/** The whole cell ended: its processes' links and monitors see this. */
export interface CellReason {
  readonly cell: string;
  readonly cause: ExitReason;
  /** Id of the process that it ended for, where that is known and others were in the cell. */
  readonly culprit?: string;
}

/** The reason of a thrown value. The stack is written out when somebody reads it: that costs ten times the crash. */
export function crashReason(thrown: unknown): CrashReason {
  if (!(thrown instanceof Error)) return { error: `thrown: ${String(thrown)}`, stack: "" };
  return {
    error: `${thrown.name}: ${thrown.message}`,
    get stack() {
      return thrown.stack ?? "";
    },
  };
}

/** Why a process ends that let this through: the reason that came with it, or a crash. */
export function endReason(thrown: unknown): ExitReason {
  return thrown instanceof ExitWith ? thrown.reason : crashReason(thrown);
}

/** Printed pid of the party that broke the contract, when that is the reason. */
export function brokenBy(reason: ExitReason): string | undefined {
  return typeof reason === "object" && "contract" in reason ? reason.contract.party : undefined;
}

/** True for ends that were asked for and that a transient child is not restarted after; a cell's counts by its cause. */
export function isOrderly(reason: ExitReason): boolean {
  const cause = rootCause(reason);
  return cause === "normal" || cause === "shutdown" || (typeof cause === "object" && "shutdown" in cause);
}

/** True for ends that somebody has to look into: neither asked for nor done to it by `kill`. */
export function isCrash(reason: ExitReason): boolean {
  return !isOrderly(reason) && reason !== "killed";
}

/** One line for people: `Error: boom`, `hung`, `cell climate: outOfMemory`. */
export function describeReason(reason: ExitReason): string {
  if (typeof reason === "string") return reason;
  if ("error" in reason) return reason.error;
  if ("cell" in reason) {
    const by = reason.culprit === undefined ? "" : `, because of ${reason.culprit}`;
    return `cell ${reason.cell}: ${describeReason(reason.cause)}${by}`;
  }
  if ("contract" in reason) return describeContract(reason.contract);
  if ("nameTaken" in reason) return `name ${reason.nameTaken} is taken`;
  return `shutdown: ${reason.shutdown}`;
}

/** What ended a process in the last instance: the cause inside a cell's reason. */
export function rootCause(reason: ExitReason): ExitReason {
  return typeof reason === "object" && "cell" in reason ? rootCause(reason.cause) : reason;
}
