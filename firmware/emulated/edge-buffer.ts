/** Edges of one line that are kept for a guardian that is busy: as the kernel keeps at most. */
const KEPT = 1024;

/**
 * The newest edges of one input on their way to the guardian, numbered from 1 as the kernel numbers them: where more come
 * than are kept the oldest are dropped, and the gap in the numbers says how many.
 */
export class EdgeBuffer {
  readonly #levels = new Uint8Array(KEPT);
  readonly #times = new Float64Array(KEPT);
  #sequence = 0;
  #drained = 0;

  push(level: 0 | 1, atUs: number): void {
    const at = this.#sequence++ % KEPT;
    this.#levels[at] = level;
    this.#times[at] = atUs;
  }

  /** Hands over what is kept, oldest first, and keeps nothing. */
  drain(send: (level: number, atUs: number, sequence: number) => void): void {
    const first = Math.max(this.#drained, this.#sequence - KEPT);
    for (let index = first; index < this.#sequence; index++) {
      send(this.#levels[index % KEPT]!, this.#times[index % KEPT]!, index + 1);
    }
    this.#drained = this.#sequence;
  }
}
