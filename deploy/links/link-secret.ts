/** What the boards of a fleet know and nobody else: made once, copied to each, readable by its owner only. */
import { randomBytes } from "node:crypto";
import { readIfThere, writeNew } from "../keys/key-files.ts";
import { PrivateFileError, readPrivateFile } from "../mqtt/private-file.ts";

const SECRET_BYTES = 32;
const FORMAT = /^holdfast-link-1:([A-Za-z0-9_-]{43})$/;

/** Used where only a broker of this machine is between the boards: keeps boards apart, keeps nobody out. */
export const OPEN_SECRET: Uint8Array = Buffer.from("holdfast links without a secret");

/** 32 random bytes in a new file of mode 0600; false, and nothing is written, where there is one. Throws `KeysError`. */
export function makeLinkSecret(file: string): boolean {
  if (readIfThere(file) !== undefined) return false;
  writeNew(file, `holdfast-link-1:${randomBytes(SECRET_BYTES).toString("base64url")}\n`, "secret");
  return true;
}

/** Throws `PrivateFileError`. */
export function readLinkSecret(file: string): Uint8Array {
  const secret = FORMAT.exec(readPrivateFile(file).trim())?.[1];
  if (secret !== undefined) return Buffer.from(secret, "base64url");
  const why = 'it holds no secret of links; copy the one that "holdfast keys link" made';
  throw new PrivateFileError("malformed", file, why);
}
