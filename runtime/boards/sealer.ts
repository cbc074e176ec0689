/**
 * The seal on each packet of a session, with one key: HMAC-SHA-256 (RFC 2104), its first 16 bytes as its section 5 allows.
 *
 * Small packets take two hashes in one call each: a `Hmac` of Node.js is an object of C++ memory, which costs three times as much
 * to make and to collect as the work that it does.
 */
import crypto, { createHmac, timingSafeEqual } from "node:crypto";
import type { ByteWriter } from "./bytes.ts";

export const SEAL_BYTES = 16;
/** Of SHA-256: what it takes at once, and what it gives. */
const [BLOCK_BYTES, HASH_BYTES] = [64, 32];
/** Longer packets are not copied behind the key. */
const SMALL_BYTES = 1024;

export class Sealer {
  readonly #key: Uint8Array;
  /** The key for the inner hash, and room for a packet behind it. */
  readonly #inner = Buffer.alloc(BLOCK_BYTES + SMALL_BYTES, 0x36);
  /** The key for the outer hash, and room for the inner one. */
  readonly #outer = Buffer.alloc(BLOCK_BYTES + HASH_BYTES, 0x5c);
  readonly #code = Buffer.alloc(HASH_BYTES);

  /** `key`: at most 64 bytes. */
  constructor(key: Uint8Array) {
    this.#key = key;
    for (const [index, byte] of key.entries()) {
      this.#inner[index]! ^= byte;
      this.#outer[index]! ^= byte;
    }
  }

  /** The packet that was written, with its seal behind it. */
  seal(packet: ByteWriter): Uint8Array {
    return packet.raw(this.#codeOf(packet.take())).take();
  }

  /** The packet without its seal; `undefined` when it was not sealed with this key, or was changed since. */
  unseal(sealed: Uint8Array): Uint8Array | undefined {
    const length = sealed.length - SEAL_BYTES;
    if (length < 0) return undefined;
    const packet = new Uint8Array(sealed.buffer, sealed.byteOffset, length);
    return timingSafeEqual(this.#codeOf(packet), sealed.subarray(length)) ? packet : undefined;
  }

  /** Good until the next one. */
  #codeOf(packet: Uint8Array): Uint8Array {
    // Node.js has it since 20.12.
    if (packet.length > SMALL_BYTES || crypto.hash === undefined)
      return createHmac("sha256", this.#key).update(packet).digest().subarray(0, SEAL_BYTES);
    this.#inner.set(packet, BLOCK_BYTES);
    const inner = crypto.hash("sha256", this.#inner.subarray(0, BLOCK_BYTES + packet.length), "hex");
    this.#outer.write(inner, BLOCK_BYTES, "hex");
    this.#code.write(crypto.hash("sha256", this.#outer, "hex"), "hex");
    return this.#code.subarray(0, SEAL_BYTES);
  }
}
