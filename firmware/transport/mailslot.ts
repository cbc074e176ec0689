/**
 * Shared memory through which one thread hands frames to one other: a byte ring with one writer (the reader
 * thread) and one reader (the cell). Words: bytes written, bytes read, frames dropped; both byte counts only
 * grow (modulo 2^32), so neither side ever writes the other's word.
 */
const WORDS = 4;
const DATA_AT = WORDS * 4;

/** Memory for a mailslot; `capacity` in bytes, a power of two. */
export function mailslotMemory(capacity = 16_384): SharedArrayBuffer {
  if ((capacity & (capacity - 1)) !== 0) throw new RangeError(`${capacity} is not a power of two`);
  return new SharedArrayBuffer(DATA_AT + capacity);
}

/** Either side of a mailslot; a frame starts with its length as u16, as all frames do. */
export class Mailslot {
  readonly #words: Int32Array;
  readonly #data: Uint8Array;
  readonly #mask: number;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory, 0, WORDS);
    this.#data = new Uint8Array(memory, DATA_AT);
    this.#mask = this.#data.length - 1;
  }

  /** Frames that found no room. */
  get dropped(): number {
    return Atomics.load(this.#words, 2);
  }

  get empty(): boolean {
    return Atomics.load(this.#words, 0) === Atomics.load(this.#words, 1);
  }

  /** Writer: puts `length` bytes from `at`; false, and counted, when they do not fit. */
  put(source: Uint8Array, at: number, length: number): boolean {
    const written = Atomics.load(this.#words, 0);
    const used = (written - Atomics.load(this.#words, 1)) | 0;
    if (used + length > this.#data.length) {
      Atomics.add(this.#words, 2, 1);
      return false;
    }
    for (let i = 0; i < length; i++) this.#data[(written + i) & this.#mask] = source[at + i]!;
    Atomics.store(this.#words, 0, (written + length) | 0);
    return true;
  }

  /** Reader: copies the next frame to the start of `target` and returns its length; 0 when there is none. */
  take(target: Uint8Array): number {
    const read = Atomics.load(this.#words, 1);
    if (read === Atomics.load(this.#words, 0)) return 0;
    const length = this.#data[read & this.#mask]! | (this.#data[(read + 1) & this.#mask]! << 8);
    for (let i = 0; i < length; i++) target[i] = this.#data[(read + i) & this.#mask]!;
    Atomics.store(this.#words, 1, (read + length) | 0);
    return length;
  }
}
