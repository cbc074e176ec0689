/** Files of keys: whole or not there, secret ones for their owner alone. */
import { generateKeyPairSync } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { KeysError } from "./keys-error.ts";

/** `secret`: 0600, else 0644. */
export type Secrecy = "secret" | "open";

const MODE = { secret: 0o600, open: 0o644 } as const;

/** The text of a file; undefined where there is none. Throws `KeysError`. */
export function readIfThere(file: string): string | undefined {
  try {
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  } catch (error) {
    throw new KeysError("notWritten", `${file}: ${(error as Error).message}`, error);
  }
}

/** Writes a file that is not there yet; its folder becomes the owner's alone where it is new. Throws `KeysError`. */
export function writeNew(file: string, text: string, secrecy: Secrecy): void {
  const aside = `${file}.new`;
  try {
    writeAside(aside, text, secrecy);
    // Unlike rename it fails where somebody else was faster.
    linkSync(aside, file);
    rmSync(aside);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "EEXIST" ? "it is there already" : message;
    throw new KeysError("notWritten", `${file} was not written: ${why}`, error);
  }
}

/** Writes a file, in the place of one that may be there: whole or not at all. Throws `KeysError`. */
export function replace(file: string, text: string, secrecy: Secrecy): void {
  const aside = `${file}.new`;
  try {
    writeAside(aside, text, secrecy);
    renameSync(aside, file);
  } catch (error) {
    throw new KeysError("notWritten", `${file} was not written: ${(error as Error).message}`, error);
  }
}

function writeAside(aside: string, text: string, secrecy: Secrecy): void {
  mkdirSync(dirname(aside), { recursive: true, mode: 0o700 });
  rmSync(aside, { force: true });
  const handle = openSync(aside, "wx", MODE[secrecy]);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** A new private key on P-256 (every TLS library of the last ten years has it), PKCS #8, PEM. */
export function newPrivateKey(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
