/**
 * What is under way between two cells, counted by both in shared memory: messages and bytes each way.
 *
 * The sender adds and is refused beyond the bound; the receiver subtracts what it took. So a flooder is stopped
 * at its own edge: unread posts would grow the process outside every heap limit.
 */

/** Messages and bytes under way from one cell to another. */
const BOUND = { messages: 2000, bytes: 4 << 20 };

export class Credit {
  readonly #words: Int32Array;
  readonly #out: number;
  readonly #in: number;

  constructor(memory: SharedArrayBuffer, side: 0 | 1) {
    this.#words = new Int32Array(memory);
    this.#out = side * 2;
    this.#in = (1 - side) * 2;
  }

  /** Counts a message that leaves; false, and nothing is counted, when there is no room. */
  reserve(bytes: number): boolean {
    const { messages, bytes: under } = this.underWay();
    if (messages >= BOUND.messages || under + bytes > BOUND.bytes) return false;
    this.count(bytes);
    return true;
  }

  /** Counts a message that leaves because somebody else let it pass. */
  count(bytes: number): void {
    Atomics.add(this.#words, this.#out, 1);
    Atomics.add(this.#words, this.#out + 1, bytes);
  }

  /** What left and was not taken yet. */
  underWay(): { messages: number; bytes: number } {
    return {
      messages: Atomics.load(this.#words, this.#out),
      bytes: Atomics.load(this.#words, this.#out + 1),
    };
  }

  /** What came from the other side was taken. */
  giveBack(messages: number, bytes: number): void {
    Atomics.sub(this.#words, this.#in, messages);
    Atomics.sub(this.#words, this.#in + 1, bytes);
  }
}
