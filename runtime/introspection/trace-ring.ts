/** The last entries of a trace, in a ring of fixed size: the oldest is overwritten, and counted when nobody read it. */
export class TraceRing<E> {
  readonly #entries: (E | undefined)[];
  /** Entries written, and entries that were read or are known to be lost. */
  #written = 0;
  #read = 0;
  #lost = 0;

  /** `capacity`: entries, from 1. */
  constructor(capacity: number) {
    this.#entries = new Array<E | undefined>(capacity).fill(undefined);
  }

  get written(): number {
    return this.#written;
  }

  /** Entries overwritten before they were read. */
  get lost(): number {
    return this.#lost;
  }

  /** Adds what `make` gives for the entry's number, which counts from 1. */
  push(make: (n: number) => E): void {
    if (this.#written - this.#read === this.#entries.length) {
      this.#read++;
      this.#lost++;
    }
    this.#entries[this.#written % this.#entries.length] = make(++this.#written);
  }

  /** Takes what was not read yet, oldest first, at most `limit`. */
  take(limit = Number.POSITIVE_INFINITY): readonly E[] {
    const taken: E[] = [];
    while (this.#read < this.#written && taken.length < limit) {
      const at = this.#read++ % this.#entries.length;
      taken.push(this.#entries[at]!);
      this.#entries[at] = undefined;
    }
    return taken;
  }
}
