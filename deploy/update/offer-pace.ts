/**
 * How soon a release that came to nothing is received again. Each try starts a program and asks whoever offers; and systemd starts it five times in 10 s at
 * most, then not at all (`StartLimitBurst`), which would leave a board deaf to offers. So after three tries the next one waits, longer each time.
 * An interrupted one counts for nothing: it goes on where it was, and waits by itself. Pure: time comes with each call, monotonic, ms.
 */
import type { ReleaseId } from "./slot-record.ts";

const FREE_TRIES = 3;
const FIRST_WAIT_MS = 10_000;
const LONGEST_WAIT_MS = 600_000;

export class OfferPace {
  #release: ReleaseId = "";
  #tries = 0;
  #lastMs = 0;

  /** How long this release has to wait from now on, ms; 0: it may be received. Another one never waits. */
  waitMs(release: ReleaseId, nowMs: number): number {
    if (release !== this.#release || this.#tries < FREE_TRIES) return 0;
    const pauseMs = Math.min(FIRST_WAIT_MS * 2 ** (this.#tries - FREE_TRIES), LONGEST_WAIT_MS);
    return Math.max(0, this.#lastMs + pauseMs - nowMs);
  }

  /** Tries in a row that came to nothing, or have not ended. */
  get tries(): number {
    return this.#tries;
  }

  /** It is going to be received. */
  begun(release: ReleaseId, nowMs: number): void {
    this.#tries = release === this.#release ? this.#tries + 1 : 1;
    this.#release = release;
    this.#lastMs = nowMs;
  }

  /** It came to nothing: from now on the next try waits. */
  failed(nowMs: number): void {
    this.#lastMs = nowMs;
  }

  /** It came further, or goes on where it was. */
  forgive(): void {
    this.#tries = 0;
  }
}
