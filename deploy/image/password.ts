/** The password of an operator: made here, told once, kept as a hash. */
import { randomInt } from "node:crypto";
import { CRYPT_LETTERS, sha512Crypt } from "./sha512-crypt.ts";

/** Without letters and digits that look like others. */
const PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
const PASSWORD_GROUPS = 4;
const GROUP_LENGTH = 4;
const SALT_LENGTH = 16;

/** A password that people can type: 16 letters and digits in groups, 79 bits. */
export function newPassword(): string {
  const letter = () => PASSWORD_LETTERS[randomInt(PASSWORD_LETTERS.length)];
  const group = () => Array.from({ length: GROUP_LENGTH }, letter).join("");
  return Array.from({ length: PASSWORD_GROUPS }, group).join("-");
}

/** As crypt(3) has it, SHA-512, with a salt of its own. */
export function passwordHash(password: string): string {
  const salt = Array.from({ length: SALT_LENGTH }, () => CRYPT_LETTERS[randomInt(CRYPT_LETTERS.length)]);
  return sha512Crypt(password, salt.join(""));
}
