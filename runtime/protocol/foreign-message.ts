/**
 * What may be handed to conversations although it comes from a process that nobody can trust, such as one of another board:
 * that may have sent anything. Contracts are checked by the conversations; this is about what comes before: that the message is one.
 */
import { describeReason, type ExitReason, rootCause } from "../process/exit-reason.ts";
import { isPid } from "../process/pid.ts";
import type { DownMessage } from "../process/signal.ts";
import type { ConverseMessage, HangUpMessage, SaidMessage } from "./conversation-messages.ts";

/** Of conversations without time limits, which need no witnesses. */
export type ForeignMessage = ConverseMessage | SaidMessage | HangUpMessage | DownMessage;

type Fields = Readonly<Record<string, unknown>>;

/** False for anything else. Never throws. */
export function isForeignMessage(message: unknown): message is ForeignMessage {
  if (!isRecord(message)) return false;
  switch (message.type) {
    case "converse":
      return (
        areTexts(message, "protocol", "digest", "side", "talk") && isPid(message.from) && !message.witness
      );
    case "said":
      return areTexts(message, "talk") && typeof message.seq === "number" && isTagged(message.message);
    case "hangUp":
      return areTexts(message, "talk") && isReason(message.reason);
    case "down":
      return typeof message.ref === "number" && isReason(message.reason);
    default:
      return false;
  }
}

function isTagged(message: unknown): boolean {
  return isRecord(message) && typeof message.type === "string";
}

function areTexts(message: Fields, ...names: readonly string[]): boolean {
  return names.every((name) => typeof message[name] === "string");
}

/** It can be told in words, and so can what it was in the last instance: that is all that is done with it. Never throws. */
export function isReason(reason: unknown): reason is ExitReason {
  if (typeof reason !== "string" && !isRecord(reason)) return false;
  try {
    const words = [describeReason(reason as ExitReason), describeReason(rootCause(reason as ExitReason))];
    return words.every((text) => typeof text === "string");
  } catch {
    return false; // of another shape, or a reason within a reason without end
  }
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}
