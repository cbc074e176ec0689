/** The password of an operator: made here, told once, kept as a hash. */
import { randomInt } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runTool } from "./run-tool.ts";

/** Without letters and digits that look like others. */
const PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
const PASSWORD_GROUPS = 4;
const GROUP_LENGTH = 4;

/** A password that people can type: 16 letters and digits in groups, 79 bits. */
export function newPassword(): string {
  const letter = () => PASSWORD_LETTERS[randomInt(PASSWORD_LETTERS.length)];
  const group = () => Array.from({ length: GROUP_LENGTH }, letter).join("");
  return Array.from({ length: PASSWORD_GROUPS }, group).join("-");
}

/** As crypt(3) has it, SHA-512. `work`: a folder that only its owner may read; a command line is for everybody to read. */
export async function passwordHash(password: string, work: string): Promise<string> {
  const file = join(work, "password");
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  return (await runTool("openssl", ["passwd", "-6", "-in", file])).trim();
}
