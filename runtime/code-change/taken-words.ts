/**
 * Which items a version on trial has taken since its last step, in shared memory: when it hangs or dies without
 * a word, these are what killed it.
 */
const MOST = 62;

export function takenMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer((MOST + 1) * 4);
}

/** One writer. Beyond `MOST` in the middle of one message, ids are forgotten: such a message is delivered again. */
export class TakenWords {
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  note(id: number): void {
    const count = Atomics.load(this.#words, 0);
    if (count >= MOST) return;
    Atomics.store(this.#words, count + 1, id);
    Atomics.store(this.#words, 0, count + 1);
  }

  /** After the step that took them was told: before, a death in between would have them delivered twice. */
  clear(): void {
    Atomics.store(this.#words, 0, 0);
  }

  ids(): number[] {
    return [...this.#words.subarray(1, 1 + Atomics.load(this.#words, 0))];
  }
}
