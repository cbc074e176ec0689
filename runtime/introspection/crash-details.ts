/** What a crash report tells beside the bare facts: messages, printed and cut, and nothing that could be a key. */
import type { CrashReport } from "../process/cell-contract.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import type { Process } from "../process/process.ts";
import type { LastMessages } from "./last-messages.ts";
import { printText, printValue } from "./print-value.ts";
import type { CrashDetails } from "./report.ts";

/** Messages shown of those that wait. */
const MOST_WAITING = 5;
const LONGEST_ERROR = 500;
const LONGEST_STACK = 4000;

/** `kept`: where the last messages of the dead are. */
export function crashDetails(report: CrashReport, process: Process, kept?: LastMessages): CrashDetails {
  const handled = kept?.of(process.pid) ?? [];
  return {
    ...report,
    reason: withoutKeys(report.reason),
    runUs: Math.round(process.runUs),
    handled: handled.map(printValue),
    waiting: firstOf(process.mailbox.waiting(), MOST_WAITING).map(printValue),
  };
}

/** A reason whose texts are of bounded length and without what may be a key. */
export function withoutKeys(reason: ExitReason): ExitReason {
  if (typeof reason === "string") return reason;
  if ("cell" in reason) return { cell: reason.cell, cause: withoutKeys(reason.cause) };
  if (!("error" in reason)) return reason;
  return {
    ...reason,
    error: printText(reason.error, LONGEST_ERROR),
    stack: reason.stack
      .slice(0, LONGEST_STACK)
      .split("\n")
      .map((line) => printText(line, LONGEST_ERROR))
      .join("\n"),
  };
}

function firstOf<T>(items: Iterable<T>, count: number): readonly T[] {
  const first: T[] = [];
  for (const item of items) {
    if (first.length === count) break;
    first.push(item);
  }
  return first;
}
