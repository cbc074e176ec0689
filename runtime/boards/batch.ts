/**
 * Whole messages that go in one packet: each with its length before it, as SCTP bundles chunks (RFC 9260, 6.10).
 */
import { ByteReader, ByteWriter, countBytes } from "./bytes.ts";

const FIRST_CAPACITY = 256;

export class Batch {
  readonly #most: number;
  #out: ByteWriter | undefined;
  /** What the one before took, bytes: the next is often as long. */
  #capacity = FIRST_CAPACITY;

  /** `most`: bytes of the payload. */
  constructor(most: number) {
    this.#most = most;
  }

  get isEmpty(): boolean {
    return this.#out === undefined;
  }

  /** What the payload takes, bytes. */
  get bytes(): number {
    return this.#out?.length ?? 0;
  }

  fits(message: Uint8Array): boolean {
    return this.bytes + countBytes(message.length) + message.length <= this.#most;
  }

  /** Copies it. Throws `FrameError` when it does not fit. */
  add(message: Uint8Array): void {
    this.#out ??= new ByteWriter(this.#most, this.#capacity);
    this.#out.bytes(message);
  }

  /** The payload; empty afterwards. */
  take(): Uint8Array {
    const payload = this.#out?.take() ?? new Uint8Array(0);
    this.#capacity = Math.max(FIRST_CAPACITY, payload.length);
    this.#out = undefined;
    return payload;
  }
}

/** The messages of a payload; views. Throws `FrameError`, before there is one of them, for what is no batch. */
export function readBatch(payload: Uint8Array): Uint8Array[] {
  const reader = new ByteReader(payload);
  const messages: Uint8Array[] = [];
  while (reader.left > 0) messages.push(reader.bytes());
  return messages;
}
