/**
 * Hashes of passwords as crypt(3) has them with `$6$` (Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512", 0.6; steps by its numbers):
 * here, since the openssl of macOS knows none.
 *
 * Not implemented: another number of rounds than 5000, which is what no number means.
 */
import { createHash } from "node:crypto";

const ROUNDS = 5000;
const MOST_SALT = 16;
/** Of salts and hashes, by their value. */
export const CRYPT_LETTERS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** `salt`: 1 to 16 characters of `a-z A-Z 0-9 . /`, used once. */
export function sha512Crypt(password: string, salt: string): string {
  if (!/^[./0-9A-Za-z]+$/.test(salt) || salt.length > MOST_SALT) throw new TypeError("no salt of crypt(3)");
  const key = Buffer.from(password);
  const s = Buffer.from(salt);
  const b = sha512(key, s, key); // 4 to 8
  const bits = [...key.length.toString(2)].reverse();
  let digest = sha512(key, s, filled(b, key.length), ...bits.map((bit) => (bit === "1" ? b : key))); // 1 to 3, 9 to 12
  const p = filled(sha512(...Array.from({ length: key.length }, () => key)), key.length); // 13 to 16
  const salted = filled(sha512(...Array.from({ length: 16 + digest[0]! }, () => s)), s.length); // 17 to 20
  for (let round = 0; round < ROUNDS; round++) {
    const [first, last] = round % 2 === 1 ? [p, digest] : [digest, p];
    digest = sha512(first, round % 3 === 0 ? NOTHING : salted, round % 7 === 0 ? NOTHING : p, last); // 21
  }
  return `$6$${salt}$${encoded(digest)}`;
}

const NOTHING = Buffer.alloc(0);

function sha512(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash("sha512");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** So many bytes of it, over and over. */
function filled(bytes: Buffer, length: number): Buffer {
  return Buffer.alloc(length, bytes);
}

/** Three bytes are four letters, the lowest bits first; in each group the bytes are 21 apart (22 e). */
function encoded(digest: Buffer): string {
  let text = "";
  for (let group = 0; group < 21; group++) {
    const [one, two, three] = [0, 21, 42].map((at) => digest[(((group * 22) % 63) + at) % 63]!);
    text += letters((one! << 16) | (two! << 8) | three!, 4);
  }
  return text + letters(digest[63]!, 2);
}

function letters(bits: number, count: number): string {
  return Array.from({ length: count }, (_, at) => CRYPT_LETTERS[(bits >> (6 * at)) & 63]).join("");
}
