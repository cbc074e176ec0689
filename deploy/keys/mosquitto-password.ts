/** Lines of Mosquitto's password file, as mosquitto_passwd(1) of 2.0 writes them. */
import { pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";

/** Mosquitto's own default. Passwords made here have 144 random bits, so nothing is gained by more. */
const ITERATIONS = 101;
const HASH_BYTES = 64;

/** `user:$7$101$<salt>$<hash>`: PBKDF2 with SHA-512, base64 (`lib/password_mosq.c`). `user` has no colon. */
export function mosquittoPasswordLine(
  user: string,
  password: string,
  salt: Buffer = randomBytes(12),
): string {
  const hash = pbkdf2Sync(password, salt, ITERATIONS, HASH_BYTES, "sha512");
  return `${user}:$7$${ITERATIONS}$${salt.toString("base64")}$${hash.toString("base64")}`;
}

/** Whether a line is of this user with this password; false for one that is of another kind. */
export function isPasswordLine(line: string, user: string, password: string): boolean {
  const [, whose, salt, hash] = /^([^:]*):\$7\$101\$([^$]+)\$([^$]+)$/.exec(line) ?? [];
  if (whose !== user || salt === undefined || hash === undefined) return false;
  const expected = pbkdf2Sync(password, Buffer.from(salt, "base64"), ITERATIONS, HASH_BYTES, "sha512");
  const found = Buffer.from(hash, "base64");
  return found.length === expected.length && timingSafeEqual(found, expected);
}

/** 24 characters that no shell and no URL changes. */
export function randomPassword(): string {
  return randomBytes(18).toString("base64url");
}
