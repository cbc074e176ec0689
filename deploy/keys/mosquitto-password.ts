/** Lines of Mosquitto's password file, as mosquitto_passwd(1) of 2.0 writes them. */
import { pbkdf2Sync, randomBytes } from "node:crypto";

/** Mosquitto's own default. Passwords made here have 144 random bits, so nothing is gained by more. */
const ITERATIONS = 101;
/** PBKDF2 with SHA-512, salt and hash in base64 (`lib/password_mosq.c`). */
const KIND = "$7$";

/** `user:$7$101$<salt>$<hash>`. `user` has no colon. */
export function mosquittoPasswordLine(
  user: string,
  password: string,
  salt: Buffer = randomBytes(12),
): string {
  const hash = pbkdf2Sync(password, salt, ITERATIONS, 64, "sha512");
  return `${user}:${KIND}${ITERATIONS}$${salt.toString("base64")}$${hash.toString("base64")}`;
}

/** 24 characters that no shell and no URL changes. */
export function randomPassword(): string {
  return randomBytes(18).toString("base64url");
}
