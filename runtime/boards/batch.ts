/**
 * Whole messages that go in one packet: each with its length before it, as SCTP bundles chunks (RFC 9260, 6.10). One alone
 * has no length: it is the payload.
 */
import { ByteReader, ByteWriter, countBytes } from "./bytes.ts";

export class Batch {
  readonly #most: number;
  #messages: Uint8Array[] = [];
  #bytes = 0;

  /** `most`: bytes of the payload. */
  constructor(most: number) {
    this.#most = most;
  }

  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  /** What it takes, with the lengths. */
  get bytes(): number {
    return this.#bytes;
  }

  fits(message: Uint8Array): boolean {
    if (this.isEmpty) return message.length <= this.#most;
    return this.#bytes + countBytes(message.length) + message.length <= this.#most;
  }

  add(message: Uint8Array): void {
    this.#messages.push(message);
    this.#bytes += countBytes(message.length) + message.length;
  }

  /** The payload, and whether it is several messages; empty afterwards. */
  take(): { readonly payload: Uint8Array; readonly isSeveral: boolean } {
    const messages = this.#messages;
    const capacity = this.#bytes;
    this.#messages = [];
    this.#bytes = 0;
    if (messages.length === 1) return { payload: messages[0]!, isSeveral: false };
    const out = new ByteWriter(capacity, capacity);
    for (const message of messages) out.bytes(message);
    return { payload: out.take(), isSeveral: true };
  }
}

/** The messages of a payload that is several; views. Throws `FrameError` before there is one of them when it is none. */
export function readBatch(payload: Uint8Array): Uint8Array[] {
  const reader = new ByteReader(payload);
  const messages: Uint8Array[] = [];
  while (reader.left > 0) messages.push(reader.bytes());
  return messages;
}
