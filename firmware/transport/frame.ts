/**
 * The frames between cells, guardian and emulated world: one fixed header, little-endian, then a payload.
 *
 * | at | field | type |
 * | -- | -- | -- |
 * | 0 | length, header included | u16 |
 * | 2 | kind | u8 |
 * | 3 | status | u8 |
 * | 4 | request id, echoed in the answer | u32 |
 * | 8 | owner slot | u16 |
 * | 10 | spare | u16 |
 * | 12 | epoch | u32 |
 * | 16 | deadline, monotonic us | f64 |
 *
 * A frame is at most 4096 bytes, because a write of that size into a FIFO is atomic: frames of several
 * writers never mix, and a writer that dies leaves a whole frame or none.
 */
export const HEADER_BYTES = 24;
export const MAX_FRAME_BYTES = 4096;

export const KIND = {
  /** u16 line, f64 level. Cell to guardian: logical; guardian to world: electrical. */
  write: 1,
  /** u16 line. */
  renew: 2,
  /** u16 line. */
  read: 3,
  /** u16 bus, u8 address, u8 spare, u16 bytes to read, then the bytes to write. */
  transfer: 4,
  /** Whatever was asked for: f64 level, or the bytes read. */
  answer: 5,
  /** u16 line, u8 level, u8 spare, f64 monotonic us. From the world the request id numbers the edges of a line, from 1. */
  edge: 6,
  /** The owner with this epoch was fenced. */
  fenced: 7,
  /** Guardian to world: u16 index, u8 0 input, 1 output, u8 bias or drive, then the name of the line. */
  openLine: 8,
  /** Guardian to world: u16 index, then the name of the bus. */
  openBus: 9,
  /** Guardian to world: u16 line; the output becomes an input. */
  free: 10,
  /** Guardian to world: u16 bus; nine clocks. */
  recover: 11,
  /** Guardian to world: JSON `{device, set}`. The answer carries an error text, or nothing. */
  worldSet: 12,
  /** Guardian to world: u16 line, u8 1: its edges are wanted, 0: not. */
  listen: 13,
  /** u16 line. Answer: f64 pulses, f64 of these lost, f64 gaps, f64 monotonic us of the last one (NaN: none yet). */
  pulses: 14,
} as const;

/** Bytes of payload that a kind has at least, by kind. */
const LEAST_PAYLOAD: readonly (number | undefined)[] = [
  undefined,
  10,
  2,
  2,
  6,
  0,
  12,
  0,
  4,
  2,
  2,
  2,
  2,
  3,
  2,
];

export type FrameVerdict = "whole" | "partial" | "malformed";

/** Encodes one frame at a time into memory of its own; `bytes` up to `length` is valid until the next `begin`. */
export class FrameWriter {
  readonly bytes = new Uint8Array(MAX_FRAME_BYTES);
  readonly #view = new DataView(this.bytes.buffer);
  length = 0;

  begin(
    kind: number,
    status: number,
    request: number,
    owner: number,
    epoch: number,
    deadlineUs: number,
  ): this {
    this.#view.setUint8(2, kind);
    this.#view.setUint8(3, status);
    this.#view.setUint32(4, request, true);
    this.#view.setUint16(8, owner, true);
    this.#view.setUint16(10, 0, true);
    this.#view.setUint32(12, epoch, true);
    this.#view.setFloat64(16, deadlineUs, true);
    return this.#grow(HEADER_BYTES, true);
  }

  u8(value: number): this {
    this.#view.setUint8(this.length, value);
    return this.#grow(1);
  }

  u16(value: number): this {
    this.#view.setUint16(this.length, value, true);
    return this.#grow(2);
  }

  f64(value: number): this {
    this.#view.setFloat64(this.length, value, true);
    return this.#grow(8);
  }

  /** Throws RangeError when the frame would outgrow its limit. */
  append(source: ArrayLike<number>, at = 0, length = source.length): this {
    if (this.length + length > MAX_FRAME_BYTES) throw new RangeError("frame longer than 4096 bytes");
    for (let i = 0; i < length; i++) this.bytes[this.length + i] = source[at + i]!;
    return this.#grow(length);
  }

  #grow(by: number, first = false): this {
    this.length = first ? by : this.length + by;
    this.#view.setUint16(0, this.length, true);
    return this;
  }
}

/** A frame as it lies in somebody's buffer: header fields decoded, payload read in place. */
export class FrameReader {
  bytes = new Uint8Array(0);
  #view = new DataView(this.bytes.buffer);
  length = 0;
  kind = 0;
  status = 0;
  request = 0;
  owner = 0;
  epoch = 0;
  deadlineUs = 0;
  /** Where the payload starts in `bytes`, and how long it is. */
  payloadAt = 0;
  payloadLength = 0;

  /** Points the reader at another buffer; cheap when it is the same one. */
  over(bytes: Uint8Array<ArrayBuffer>): this {
    if (this.bytes === bytes) return this;
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this;
  }

  /** Decodes the frame at `at`; a malformed one has `length` > 0 only when it can be skipped. */
  decode(at: number, end: number): FrameVerdict {
    this.length = 0;
    if (end - at < 2) return "partial";
    const length = this.#view.getUint16(at, true);
    if (length < HEADER_BYTES || length > MAX_FRAME_BYTES) return "malformed";
    if (end - at < length) return "partial";
    this.length = length;
    this.kind = this.#view.getUint8(at + 2);
    this.status = this.#view.getUint8(at + 3);
    this.request = this.#view.getUint32(at + 4, true);
    this.owner = this.#view.getUint16(at + 8, true);
    this.epoch = this.#view.getUint32(at + 12, true);
    this.deadlineUs = this.#view.getFloat64(at + 16, true);
    this.payloadAt = at + HEADER_BYTES;
    this.payloadLength = length - HEADER_BYTES;
    const least = LEAST_PAYLOAD[this.kind];
    if (least === undefined || this.payloadLength < least || Number.isNaN(this.deadlineUs))
      return "malformed";
    return "whole";
  }

  u8(at: number): number {
    return this.#view.getUint8(this.payloadAt + at);
  }

  u16(at: number): number {
    return this.#view.getUint16(this.payloadAt + at, true);
  }

  f64(at: number): number {
    return this.#view.getFloat64(this.payloadAt + at, true);
  }

  text(at: number): string {
    const from = this.payloadAt + at;
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + from, this.payloadLength - at).toString();
  }
}
