/**
 * Bytes of frames between boards, written and read one after the other. Numbers that count things are variable in
 * length: seven bits a byte, lowest first, the top bit says that more follow (LEB128).
 */
import { FrameError } from "./frame-error.ts";
import type { ShortTexts } from "./short-texts.ts";

const FIRST_CAPACITY = 256;
/** A writer that is used again keeps no more room than this, bytes. */
const KEPT_CAPACITY = 65_536;
/** Bytes of the largest count, 2^53 - 1. */
const COUNT_BYTES = 8;

export class ByteWriter {
  readonly #most: number;
  /** Small ones are pieces of Node's pool: behind what was written there is anything. */
  #bytes: Buffer<ArrayBuffer>;
  /** Of these, by themselves: to ask a typed array for its length costs 12 ns in a cell, whose prototypes are locked. */
  #capacity: number;
  #length = 0;

  /** `most`: bytes that may be written; more throws `FrameError`. `capacity`: what it has room for before it grows, bytes. */
  constructor(most = Number.POSITIVE_INFINITY, capacity = FIRST_CAPACITY) {
    this.#most = most;
    this.#bytes = Buffer.allocUnsafe(capacity);
    this.#capacity = capacity;
  }

  get length(): number {
    return this.#length;
  }

  /** What was written, not a copy: good until something else is written, or `clear`. */
  take(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset, this.#length);
  }

  /** As it was made: for a writer that is used again and again, which costs less than the memory of new ones. */
  clear(): this {
    this.#length = 0;
    if (this.#capacity > KEPT_CAPACITY) {
      this.#bytes = Buffer.allocUnsafe(FIRST_CAPACITY);
      this.#capacity = FIRST_CAPACITY;
    }
    return this;
  }

  u8(value: number): this {
    const at = this.#room(1);
    this.#bytes[at] = value;
    return this;
  }

  f64(value: number): this {
    const at = this.#room(8);
    this.#bytes.writeDoubleLE(value, at);
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
    const before = this.#length;
    if (this.#ascii(text)) return this;
    this.#length = before;
    const wellFormed = !LONE_SURROGATE.test(text);
    const bytes = Buffer.from(text, wellFormed ? "utf8" : "utf16le");
    return this.count(2 * bytes.length + (wellFormed ? 0 : 1)).raw(bytes);
  }

  /** So many bytes as hexadecimal digits, two each. Throws `FrameError` for what is none, or is longer or shorter. */
  hex(digits: string, bytes: number): this {
    const at = this.#room(bytes);
    if (digits.length !== 2 * bytes || this.#bytes.write(digits, at, bytes, "hex") !== bytes)
      throw new FrameError(`not ${bytes} bytes in hexadecimal digits`);
    return this;
  }

  /** False, with something written, when the text is more than ASCII. */
  #ascii(text: string): boolean {
    this.count(2 * text.length);
    const at = this.#room(text.length);
    const bytes = this.#bytes;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return false;
      bytes[at + index] = code;
    }
    return true;
  }

  #room(bytes: number): number {
    const at = this.#length;
    const length = at + bytes;
    if (length > this.#most) throw new FrameError(`more than ${this.#most} bytes`);
    if (length > this.#capacity) this.#grow(length);
    this.#length = length;
    return at;
  }

  #grow(length: number): void {
    const capacity = Math.max(length, 2 * this.#capacity);
    const bytes = Buffer.allocUnsafe(capacity);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#capacity = capacity;
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
  readonly #bytes: Buffer;
  readonly #texts: ShortTexts | undefined;
  readonly #end: number;
  #at = 0;

  /** `texts`: of whoever reads much that is alike. */
  constructor(bytes: Uint8Array, texts?: ShortTexts) {
    this.#texts = texts;
    this.#bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#end = bytes.length;
  }

  /** Bytes that were not read. */
  get left(): number {
    return this.#end - this.#at;
  }

  u8(): number {
    return this.#bytes[this.#take(1)]!;
  }

  f64(): number {
    return this.#bytes.readDoubleLE(this.#take(8));
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

  /** A view, not a copy; no `Buffer`, whose `slice` would be none either. */
  raw(length: number): Uint8Array {
    const at = this.#take(length);
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + at, length);
  }

  /** So many bytes, as hexadecimal digits. */
  hex(bytes: number): string {
    const at = this.#take(bytes);
    return this.#bytes.toString("hex", at, at + bytes);
  }

  bytes(): Uint8Array {
    return this.raw(this.count());
  }

  text(): string {
    const length = this.count();
    const bytes = Math.floor(length / 2);
    const at = this.#take(bytes);
    const isUtf8 = length % 2 === 0;
    const known = isUtf8 ? this.#texts?.read(this.#bytes, at, bytes) : undefined;
    return known ?? this.#bytes.toString(isUtf8 ? "utf8" : "utf16le", at, at + bytes);
  }

  /** Throws when something is left. */
  end(): void {
    if (this.left > 0) throw new FrameError(`${this.left} bytes too many`);
  }

  #take(length: number): number {
    const at = this.#at;
    if (!(length <= this.#end - at)) throw new FrameError("it ends too early");
    this.#at = at + length;
    return at;
  }
}

/** A surrogate that is not half of a pair. */
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
