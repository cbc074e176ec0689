/** The first restart comes quickly; a runtime that cannot live is started twice a minute. */
const FIRST_MS = 250;
const LONGEST_MS = 30_000;
/** A run of this length was healthy: the next death starts from the beginning. */
const HEALTHY_US = 30_000_000;

/** How long to wait before a restart: doubled each time, until a run was healthy. */
export class BackOff {
  readonly #longestMs: number;
  #nextMs = FIRST_MS;

  constructor(longestMs = LONGEST_MS) {
    this.#longestMs = longestMs;
  }

  /** `livedUs`: how long the run lasted that just ended. Milliseconds to wait. */
  after(livedUs: number): number {
    if (livedUs >= HEALTHY_US) this.#nextMs = FIRST_MS;
    const waitMs = this.#nextMs;
    this.#nextMs = Math.min(2 * waitMs, this.#longestMs);
    return waitMs;
  }
}
