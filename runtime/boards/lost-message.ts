/** What a process is told when something for it was lost between boards. */
import type { MessageFrame, WireTarget } from "../process/signal.ts";

/** Messages to it were lost: at least one, from this board. */
export interface LostMessage {
  readonly type: "lost";
  readonly board: string;
}

/** Band of what comes from other boards, at best: nobody there decides that its work comes before that of this board. */
export const ANYBODY_NORMAL = 2;

/** Told to that process, as a message of `board`. */
export function lostFrame(to: WireTarget, board: string): MessageFrame {
  const body: LostMessage = { type: "lost", board };
  return {
    kind: "message",
    to,
    packed: { body, placeholders: [], pids: [] },
    deadlineUs: Number.POSITIVE_INFINITY,
    band: ANYBODY_NORMAL,
    bytes: 64,
  };
}
