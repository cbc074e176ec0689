import type { Bell } from "./park.ts";

/** Word 0 of shared memory, waited for in `Atomics.wait`: the whole thread sleeps. */
export class AtomicsBell implements Bell {
  readonly #word: Int32Array;

  constructor(word: Int32Array) {
    this.#word = word;
  }

  read(): number {
    return Atomics.load(this.#word, 0);
  }

  sleep(rung: number, forMs: number): void {
    Atomics.wait(this.#word, 0, rung, forMs);
  }
}
