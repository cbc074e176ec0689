/** What becomes of a frame that a linked board sends for a cell of this one: handed on, or refused, counted and answered. */
import type { ExitReason } from "../process/exit-reason.ts";
import { apart, type Frame, type MessageFrame } from "../process/signal.ts";
import { answerOfGone } from "./answer-of-gone.ts";
import type { BoardLink } from "./board-link.ts";
import type { BoardOffence, ExchangeCounts } from "./exchange-counts.ts";
import { type ForeignBonds, MOST_BONDS } from "./foreign-bonds.ts";
import { ANYBODY_NORMAL } from "./lost-message.ts";
import type { OwnBoard } from "./own-board.ts";
import { speaksForItself, whyUnheard } from "./own-words.ts";

export interface IncomingFramesOptions {
  /** Name of this board. */
  readonly board: string;
  readonly own: Pick<OwnBoard, "deliver">;
  readonly counts: Pick<ExchangeCounts, "late" | "full">;
  readonly bonds: ForeignBonds;
  nowUs(): number;
  offended(board: string, offence: BoardOffence): void;
  /** To a cell of that board. */
  answer(link: BoardLink, answer: { readonly cell: string; readonly frame: Frame }): void;
}

export class IncomingFrames {
  readonly #options: IncomingFramesOptions;

  constructor(options: IncomingFramesOptions) {
    this.#options = options;
  }

  /** `bytes`: what it takes on its way to the cell, whatever its sender said. */
  take(link: BoardLink, cell: string, frame: Frame, bytes: number): void {
    const { counts, bonds, nowUs, offended } = this.#options;
    if (!speaksForItself(frame, link.life)) {
      offended(link.peer, "notItself");
      return;
    }
    if (!bonds.comes(link.peer, cell, frame)) {
      offended(link.peer, "tooMany");
      this.#answerFor(link, cell, frame, TOO_MANY);
      return;
    }
    const isMessage = frame.kind === "message";
    const unheard = isMessage ? whyUnheard(frame, nowUs()) : undefined;
    if (isMessage && unheard !== undefined) {
      if (unheard === "late") counts.late++;
      else offended(link.peer, unheard);
      // Its sender waits for an answer, and hears of the end of whom it asked.
      const [watch] = apart(frame);
      if (watch.kind === "monitor") this.#deliver(link, cell, watch);
      return;
    }
    if (isMessage) {
      // No copy: it was decoded for this. Nobody elsewhere decides that its work comes before that of this board.
      const received: { -readonly [K in keyof MessageFrame]: MessageFrame[K] } = frame;
      received.band = Math.max(frame.band, ANYBODY_NORMAL);
      received.bytes = bytes;
      received.board = link.peer;
    }
    this.#deliver(link, cell, frame);
  }

  #deliver(link: BoardLink, cell: string, frame: Frame): void {
    const how = this.#options.own.deliver(cell, frame.to.incarnation, frame);
    if (how === "full") this.#options.counts.full++;
    if (how === "gone") this.#answerFor(link, cell, frame);
  }

  /** In the place of a process that is not there, or may not be watched. */
  #answerFor(link: BoardLink, cell: string, frame: Frame, reason?: ExitReason): void {
    const answer = answerOfGone({ board: this.#options.board, cell, ...frame.to }, frame, reason);
    if (answer !== undefined) this.#options.answer(link, answer);
  }
}

/** What a process hears that wants to watch one more of this board than its own board may. */
const TOO_MANY: ExitReason = {
  shutdown: `a board may have ${MOST_BONDS} monitors, links and unanswered requests here, and has them`,
};
