/** What is answered for a process whose cell is gone. */
import type { ExitReason } from "../process/exit-reason.ts";
import type { WirePid } from "../process/pid.ts";
import { apart, type Frame, type SignalFrame, type WireTarget } from "../process/signal.ts";

/**
 * As its cell would answer for a process that is dead, and to which cell: to a link or a monitor; `undefined` where nobody
 * waits for a word. `reason`: where it is another one.
 */
export function answerOfGone(
  gone: WirePid,
  frame: Frame,
  reason: ExitReason = "noproc",
): { readonly cell: string; readonly frame: SignalFrame } | undefined {
  const signal = frame.kind === "message" ? apart(frame)[0] : frame;
  if (signal.kind === "link") {
    const { from, id } = signal;
    return { cell: from.cell, frame: { kind: "exit", to: targetOf(from), from: gone, reason, links: [id] } };
  }
  if (signal.kind !== "monitor") return undefined;
  const { from, ref } = signal;
  return { cell: from.cell, frame: { kind: "down", to: targetOf(from), from: gone, ref, reason } };
}

function targetOf({ incarnation, number, key }: WirePid): WireTarget {
  return { incarnation, number, key };
}
