/**
 * Bytes of frames from one thread to one other through shared memory: a ring with one writer and one reader.
 *
 * Words: bytes written, bytes read (both only grow, modulo 2^32), whether the reader sleeps until it is woken. A frame lies in
 * one piece, behind its length and a number of the writer's, at a multiple of eight; where there is no room before the end, a
 * mark sends the reader to the start. It is there at once and whole, when the first word says so: a thread that is ended while it writes leaves nothing.
 *
 * A writer that finds everything read begins at the start again, so that few messages touch few pages.
 */
const WORDS = 4;
const DATA_AT = WORDS * 4;
/** Of length and number, bytes. */
const HEAD = 8;
/** Instead of a length: the next frame is at the start. */
const AT_START = -1;
/** Beyond this place an empty ring begins anew; a frame and its head fit before it. */
const NEAR_BYTES = 8192;

/**
 * Of a ring, bytes: some sixty small messages; more go the other way. A cell that speaks with a hundred others has two for each, and
 * they count as memory outside its heap.
 */
const CAPACITY = 16_384;
/** Longest frame, bytes. */
export const LONGEST_RING_FRAME = 4096;

/** Memory for a ring; `capacity`: bytes, a power of two above `LONGEST_RING_FRAME`. */
export function createFrameRing(capacity = CAPACITY): SharedArrayBuffer {
  return new SharedArrayBuffer(DATA_AT + capacity);
}

/** Either end of a ring. */
export class FrameRing {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #heads: Int32Array;
  readonly #data: Uint8Array;
  readonly #capacity: number;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#capacity = memory.byteLength - DATA_AT;
    this.#words = new Int32Array(memory, 0, WORDS);
    this.#heads = new Int32Array(memory, DATA_AT);
    this.#data = new Uint8Array(memory, DATA_AT);
  }

  /** Writer: false when there is no room for it now, or it is too long. `number`: for the reader. */
  put(frame: Uint8Array, number: number): boolean {
    const { length } = frame;
    if (length > LONGEST_RING_FRAME) return false;
    const written = Atomics.load(this.#words, 0);
    const capacity = this.#capacity;
    const under = (written - Atomics.load(this.#words, 1)) | 0;
    const wanted = roomFor(length);
    let at = written & (capacity - 1);
    const left = capacity - at;
    const skipped = wanted > left || (under === 0 && at > NEAR_BYTES) ? left : 0;
    if (under + skipped + wanted > capacity) return false;
    if (skipped > 0) {
      this.#heads[at >> 2] = AT_START;
      at = 0;
    }
    this.#heads[at >> 2] = length;
    this.#heads[(at >> 2) + 1] = number;
    this.#data.set(frame, at + HEAD);
    Atomics.store(this.#words, 0, (written + skipped + wanted) | 0);
    return true;
  }

  /** Reader: the number of the next frame; `undefined` when there is none. */
  next(): number | undefined {
    const read = Atomics.load(this.#words, 1);
    if (read === Atomics.load(this.#words, 0)) return undefined;
    return this.#heads[(this.#place(read) >> 2) + 1];
  }

  /** Reader: copies the next frame, which there is, to the start of `target` and returns its length. */
  take(target: Uint8Array): number {
    const read = Atomics.load(this.#words, 1);
    const place = this.#place(read);
    const at = read & (this.#capacity - 1);
    const skipped = place === at ? 0 : this.#capacity - at;
    const length = this.#heads[place >> 2]!;
    const from = place + HEAD;
    for (let byte = 0; byte < length; byte++) target[byte] = this.#data[from + byte]!;
    Atomics.store(this.#words, 1, (read + skipped + roomFor(length)) | 0);
    return length;
  }

  get isEmpty(): boolean {
    return Atomics.load(this.#words, 0) === Atomics.load(this.#words, 1);
  }

  /** Reader: from now on it wants to be woken. It looks once more afterwards. */
  sleep(): void {
    Atomics.store(this.#words, 2, 1);
  }

  /** Either: true for the one who is to wake the reader, or the reader who woke by itself. */
  wake(): boolean {
    return Atomics.load(this.#words, 2) === 1 && Atomics.compareExchange(this.#words, 2, 1, 0) === 1;
  }

  /** Where the frame lies that is next after so many bytes. */
  #place(read: number): number {
    const at = read & (this.#capacity - 1);
    return this.#heads[at >> 2] === AT_START ? 0 : at;
  }
}

/** What a frame takes with its head, bytes. */
function roomFor(length: number): number {
  return (HEAD + length + 7) & ~7;
}
