import type { RetainedMessage } from "./retained-board.ts";

/** Somebody who says retained things of his own over a board's link, while the board is live on a broker. */
export interface LinkCompanion {
  /** What he listens to; must not overlap with each other or with the board's own filters. */
  readonly filters: readonly string[];
  /** The board is live on a connection that is new: the broker may know nothing of what was said before. */
  live(): void;
  /** Something came on one of his filters. */
  received(payload: Uint8Array): void;
  /** When `take` should be called next, monotonic ms; undefined when there is nothing to say. */
  readonly nextAtMs: number | undefined;
  /**
   * Hands what is due to `publish` until it says `false` (no room); that one and the rest stay due. `done` is called once
   * with an error for what did not arrive.
   */
  take(publish: (message: RetainedMessage, done: (error?: Error) => void) => boolean): void;
}
