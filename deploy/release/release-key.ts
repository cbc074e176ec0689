/**
 * Keys of releases: Ed25519 (RFC 8032). Who has the private one decides what a board runs; boards have public ones, several
 * where a key is replaced by another. OpenSSL reads the same files.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readIfThere, writeNew } from "../keys/key-files.ts";
import { KeysError } from "../keys/keys-error.ts";
import { readPrivateFile, readPublicFile } from "../mqtt/private-file.ts";

/** Bytes. */
export const SIGNATURE_BYTES = 64;
/** Folder of an application with the public keys of those whose releases it takes: `readTrustedKeys` reads it. */
export const RELEASE_KEYS = "release-keys";

export interface ReleaseKey {
  /** 16 hexadecimal digits of the SHA-256 of the public key's 32 bytes. */
  readonly id: string;
  readonly key: KeyObject;
  /** The public key as a file, PEM (SPKI, RFC 8410). */
  readonly pem: string;
}

/** Where a pair is. */
export interface ReleaseKeyFiles {
  readonly id: string;
  /** Mode 0600. */
  readonly key: string;
  readonly pub: string;
  /** False: it was there. */
  readonly made: boolean;
}

/** Makes `<name>.key` and `<name>.pub` in a folder; what is there is kept. Throws `KeysError`, `PrivateFileError`. */
export function makeReleaseKeys(folder: string, name: string): ReleaseKeyFiles {
  const files = { key: join(folder, `${name}.key`), pub: join(folder, `${name}.pub`) };
  const made = readIfThere(files.key) === undefined;
  if (made) {
    const { privateKey } = generateKeyPairSync("ed25519");
    writeNew(files.key, privateKey.export({ type: "pkcs8", format: "pem" }).toString(), "secret");
  }
  const { id, pem } = readSigningKey(files.key).trusted;
  const found = readIfThere(files.pub);
  if (found === undefined) writeNew(files.pub, pem, "open");
  else if (readReleaseKey(files.pub).id !== id)
    throw new KeysError(
      "doesNotFit",
      `${files.pub} is not the public half of ${files.key}: remove it, it is made again`,
    );
  return { id, ...files, made };
}

/** A private key, and its public half. */
export interface SigningKey {
  readonly trusted: ReleaseKey;
  sign(bytes: Uint8Array): Buffer;
}

/** Reads a private key that only its owner may read. Throws `PrivateFileError`, `KeysError`. */
export function readSigningKey(file: string): SigningKey {
  if (file.endsWith(".pub"))
    throw new KeysError(
      "doesNotFit",
      `${file} is a public key: releases are signed with its other half, .key`,
    );
  const key = parsed(file, () => createPrivateKey(readPrivateFile(file)));
  return { trusted: described(createPublicKey(key)), sign: (bytes) => sign(null, bytes, key) };
}

/** Reads a public key. Throws `PrivateFileError`, `KeysError`; a private key in its place is refused. */
export function readReleaseKey(file: string): ReleaseKey {
  const text = readPublicFile(file);
  if (text.includes("PRIVATE"))
    throw new KeysError(
      "doesNotFit",
      `${file} is a private key: name its public half, the file that ends in .pub`,
    );
  return described(parsed(file, () => createPublicKey(text)));
}

/** Every `.pub` in a folder, by name; none where there is no such folder. Throws `PrivateFileError`, `KeysError`. */
export function readTrustedKeys(folder: string): ReleaseKey[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith(".pub"))
    .sort()
    .map((name) => readReleaseKey(join(folder, name)));
}

/** Is it that key's signature of these bytes? */
export function isSignedBy({ key }: ReleaseKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  return verify(null, bytes, key, signature);
}

function parsed(file: string, parse: () => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = parse();
  } catch (error) {
    if ((error as Error).name === "PrivateFileError") throw error;
    throw new KeysError("doesNotFit", `${file} is no key in PEM; "holdfast keys release" makes one`, error);
  }
  if (key.asymmetricKeyType === "ed25519") return key;
  const found = `found ${key.asymmetricKeyType}, allowed is ed25519`;
  throw new KeysError(
    "doesNotFit",
    `${file} is no key of releases: ${found}; "holdfast keys release" makes one`,
  );
}

function described(key: KeyObject): ReleaseKey {
  const raw = Buffer.from(key.export({ format: "jwk" }).x!, "base64url");
  const id = createHash("sha256").update(raw).digest("hex").slice(0, 16);
  return { id, key, pem: key.export({ type: "spki", format: "pem" }).toString() };
}
