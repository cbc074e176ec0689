/**
 * Bytes of frames between boards, written and read one after the other. Numbers that count things are variable in
 * length: seven bits a byte, lowest first, the top bit says that more follow (LEB128).
 */
import { FrameError } from "./frame-error.ts";

const FIRST_CAPACITY = 256;
/** Bytes of the largest count, 2^53 - 1. */
const COUNT_BYTES = 8;

export class ByteWriter {
  readonly #most: number;
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView | undefined;
  #length = 0;

  /** `most`: bytes that may be written; more throws `FrameError`. `capacity`: what it has room for before it grows, bytes. */
  constructor(most = Number.POSITIVE_INFINITY, capacity = FIRST_CAPACITY) {
    this.#most = most;
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** What was written, not a copy: whoever takes it is the last to write. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  u8(value: number): this {
    const at = this.#room(1);
    this.#bytes[at] = value;
    return this;
  }

  f64(value: number): this {
    const at = this.#room(8);
    this.#view ??= new DataView(this.#bytes.buffer);
    this.#view.setFloat64(at, value, true);
    return this;
  }

  /** A whole number from 0 to 2^53 - 1. */
  count(value: number): this {
    let left = value;
    while (left >= 0x80) {
      this.u8((left % 0x80) | 0x80);
      left = Math.floor(left / 0x80);
    }
    return this.u8(left);
  }

  raw(bytes: Uint8Array): this {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** Its length, then its bytes. */
  bytes(bytes: Uint8Array): this {
    return this.count(bytes.length).raw(bytes);
  }

  /** Whole text, also one with lone surrogates: UTF-8 where that keeps it, else UTF-16. */
  text(text: string): this {
    if (isAscii(text)) {
      this.count(2 * text.length);
      const at = this.#room(text.length);
      for (let index = 0; index < text.length; index++) this.#bytes[at + index] = text.charCodeAt(index);
      return this;
    }
    const wellFormed = !LONE_SURROGATE.test(text);
    const bytes = Buffer.from(text, wellFormed ? "utf8" : "utf16le");
    return this.count(2 * bytes.length + (wellFormed ? 0 : 1)).raw(bytes);
  }

  #room(bytes: number): number {
    const at = this.#length;
    const length = at + bytes;
    if (length > this.#most) throw new FrameError(`more than ${this.#most} bytes`);
    if (length > this.#bytes.length) this.#grow(length);
    this.#length = length;
    return at;
  }

  #grow(length: number): void {
    const bytes = new Uint8Array(Math.max(length, 2 * this.#bytes.length));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#view = undefined;
  }
}

/** Bytes that a count takes. */
export function countBytes(value: number): number {
  let bytes = 1;
  for (let left = value; left >= 0x80; left = Math.floor(left / 0x80)) bytes++;
  return bytes;
}

/** Reads what a `ByteWriter` wrote; whatever else the bytes are, it throws `FrameError` and nothing more. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #view: DataView | undefined;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bytes that were not read. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.#bytes[this.#take(1)]!;
  }

  f64(): number {
    const { buffer, byteOffset, byteLength } = this.#bytes;
    this.#view ??= new DataView(buffer, byteOffset, byteLength);
    return this.#view.getFloat64(this.#take(8), true);
  }

  count(): number {
    let value = 0;
    let scale = 1;
    for (let read = 0; read < COUNT_BYTES; read++) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (!Number.isSafeInteger(value)) break;
        return value;
      }
      scale *= 0x80;
    }
    throw new FrameError("a count that is too large");
  }

  /** A count of things that take at least `bytesEach`: never more than what is left can hold. */
  countOf(bytesEach: number): number {
    const count = this.count();
    if (count * bytesEach > this.left) throw new FrameError(`${count} parts in ${this.left} bytes`);
    return count;
  }

  /** A view, not a copy. */
  raw(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  bytes(): Uint8Array {
    return this.raw(this.count());
  }

  text(): string {
    const length = this.count();
    const bytes = this.raw(Math.floor(length / 2));
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return buffer.toString(length % 2 === 0 ? "utf8" : "utf16le");
  }

  /** Throws when something is left. */
  end(): void {
    if (this.left > 0) throw new FrameError(`${this.left} bytes too many`);
  }

  #take(length: number): number {
    const at = this.#at;
    if (!(length <= this.#bytes.length - at)) throw new FrameError("it ends too early");
    this.#at = at + length;
    return at;
  }
}

/** A surrogate that is not half of a pair. */
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}
