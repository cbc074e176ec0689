/**
 * Who packed a packet: keys of a pair of boards and the seal on each packet (HMAC-SHA-256, RFC 2104, its first 16 bytes
 * as its section 5 allows). Who may publish on the broker and does not know the key cannot speak as a board.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { ByteWriter } from "./bytes.ts";

const SEAL_BYTES = 16;

/** A key that both ends derive: of `secret`, for this use only. */
export function deriveKey(secret: Uint8Array, ...use: readonly (string | Uint8Array)[]): Uint8Array {
  const hmac = createHmac("sha256", secret);
  for (const part of use) {
    const bytes = typeof part === "string" ? Buffer.from(part) : part;
    // Each with its length, or two lists could read the same.
    hmac.update(Uint8Array.of(bytes.length >>> 8, bytes.length & 0xff)).update(bytes);
  }
  return hmac.digest();
}

/** The key of two boards out of the secret that all of them share; the same from both sides. */
export function pairKey(secret: Uint8Array, one: string, other: string): Uint8Array {
  return deriveKey(secret, "holdfast pair", ...[one, other].sort());
}

/** The packet that was written, with its seal behind it. */
export function seal(key: Uint8Array, packet: ByteWriter): Uint8Array {
  return packet.raw(codeOf(key, packet.take())).take();
}

/** The packet without its seal; `undefined` when it was not sealed with this key, or was changed since. */
export function unseal(key: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  const length = sealed.length - SEAL_BYTES;
  if (length < 0) return undefined;
  const packet = new Uint8Array(sealed.buffer, sealed.byteOffset, length);
  return timingSafeEqual(codeOf(key, packet), sealed.subarray(length)) ? packet : undefined;
}

function codeOf(key: Uint8Array, packet: Uint8Array): Uint8Array {
  return createHmac("sha256", key).update(packet).digest().subarray(0, SEAL_BYTES);
}
