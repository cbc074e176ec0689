/**
 * Keys of a pair of boards and of their sessions, out of the secret that a fleet shares: who may publish on the broker and
 * does not know it cannot speak as a board. What is sealed with them: `sealer.ts`.
 */
import { createHmac } from "node:crypto";

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
