/**
 * How many frames went through the port of a way, counted by both ends in its shared memory. Whoever takes sees without
 * asking the port that nothing is in it (asking costs 1 us, and a cell has a port for every other), and which of two ways a
 * frame came first by. Counts go on from the highest 32-bit number to the lowest.
 */

/** Words of a way before these: its credit. */
const FIRST = 4;

export class PortCounts {
  readonly #words: Int32Array;
  readonly #sent: number;
  readonly #taken: number;
  readonly #theirSent: number;

  /** `memory`: of the way; `side`: of this end. */
  constructor(memory: SharedArrayBuffer, side: 0 | 1) {
    this.#words = new Int32Array(memory);
    this.#sent = FIRST + side;
    this.#theirSent = FIRST + 1 - side;
    this.#taken = FIRST + 3 - side;
  }

  /** A frame is about to be put into the port: before, so that nobody overlooks it. */
  sends(): void {
    Atomics.add(this.#words, this.#sent, 1);
  }

  /** One of the other side was taken. */
  took(): void {
    Atomics.add(this.#words, this.#taken, 1);
  }

  /** Frames that this side has put into the port. */
  get sent(): number {
    return Atomics.load(this.#words, this.#sent);
  }

  /** Those of the other side that were taken here. */
  get taken(): number {
    return Atomics.load(this.#words, this.#taken);
  }

  /** Nothing of the other side is in the port. */
  get isEmpty(): boolean {
    return Atomics.load(this.#words, this.#theirSent) === this.taken;
  }
}
