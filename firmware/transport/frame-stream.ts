import { type FrameReader, MAX_FRAME_BYTES } from "./frame.ts";

/**
 * Bytes that arrive in pieces, cut into frames. Bounded: `room` says how much may still be appended.
 *
 * A malformed frame is counted and skipped; when not even its length makes sense, everything that has
 * arrived so far is dropped, because no later byte can be trusted to start a frame.
 */
export class FrameStream {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #start = 0;
  #end = 0;
  malformed = 0;

  constructor(capacity = 4 * MAX_FRAME_BYTES) {
    this.#bytes = new Uint8Array(capacity);
  }

  get room(): number {
    return this.#bytes.length - (this.#end - this.#start);
  }

  get pending(): number {
    return this.#end - this.#start;
  }

  /** Takes the first `length` bytes of `source`. They MUST fit into `room`. */
  append(source: Uint8Array, length: number): void {
    if (length > this.room) throw new RangeError(`${length} bytes for ${this.room}`);
    if (this.#end + length > this.#bytes.length) {
      this.#bytes.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    if (length === source.length) this.#bytes.set(source, this.#end);
    else for (let i = 0; i < length; i++) this.#bytes[this.#end + i] = source[i]!;
    this.#end += length;
  }

  /** Moves `frame` to the next whole frame; its payload stays valid until the next `append`. */
  next(frame: FrameReader): boolean {
    frame.over(this.#bytes);
    for (;;) {
      const verdict = frame.decode(this.#start, this.#end);
      if (verdict === "partial") return false;
      if (verdict === "malformed") {
        this.malformed++;
        if (frame.length === 0) this.#start = this.#end;
        else this.#start += frame.length;
        continue;
      }
      this.#start += frame.length;
      return true;
    }
  }

  clear(): void {
    this.#start = 0;
    this.#end = 0;
  }

  /** Where the frame lies that `next` gave last; `again` goes back to it. */
  position(frame: FrameReader): number {
    return this.#start - frame.length;
  }

  again(frame: FrameReader, position: number): void {
    frame.over(this.#bytes).decode(position, this.#end);
  }
}
