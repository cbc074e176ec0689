/**
 * One authority for a fleet, and the certificates that it signs, as files in one folder. What is there is kept, so it may be
 * run again for boards that come later.
 *
 * Certificates are valid for ever (`VALID`): nothing stops because a clock is not set. What that costs: a key that was lost
 * stays good until the broker no longer lets its user in, or all get certificates of another authority.
 *
 * Not implemented: revocation lists, an authority behind a passphrase or in hardware.
 */
import { createPrivateKey, randomBytes, X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import { readPrivateFile } from "../mqtt/private-file.ts";
import { newPrivateKey, readIfThere, writeNew } from "./key-files.ts";
import { KeysError } from "./keys-error.ts";
import { makeCertificate } from "./openssl.ts";

/** One certificate and its key. */
export interface KeyPair {
  readonly name: string;
  readonly cert: string;
  readonly key: string;
  /** False: it was there. */
  readonly made: boolean;
  /** SHA-256 of the certificate, hex with colons. */
  readonly fingerprint: string;
  /** What clients may call its owner; only a broker's has any. */
  readonly hosts: readonly string[];
}

const COMMON = ["subjectKeyIdentifier = hash", "authorityKeyIdentifier = keyid:always"];
const AUTHORITY = [
  "basicConstraints = critical, CA:true, pathlen:0",
  "keyUsage = critical, keyCertSign, cRLSign",
  "subjectKeyIdentifier = hash",
];
const LEAF = ["basicConstraints = critical, CA:false", "keyUsage = critical, digitalSignature", ...COMMON];
/** File names; a board may not be called like these. */
const AUTHORITY_NAME = "authority";
const BROKER_NAME = "broker";

export class Authority {
  readonly #folder: string;
  readonly #own: KeyPair;

  /** Opens the authority of a folder, or makes it. Throws `KeysError`, and `PrivateFileError` for a key that others may read; so do the others. */
  constructor(folder: string) {
    this.#folder = folder;
    // A name of its own, so that two authorities are never mistaken for each other.
    const name = `Holdfast authority ${randomBytes(4).toString("hex")}`;
    this.#own = this.#pair(AUTHORITY_NAME, { name, extensions: AUTHORITY, hosts: [], signed: false });
  }

  get own(): KeyPair {
    return this.#own;
  }

  /** The certificate that a board shows a broker; its common name is the board's id. Throws `KeysError`. */
  board(id: string): KeyPair {
    if (!/^[a-z][a-z0-9_-]{0,31}$/.test(id) || id === AUTHORITY_NAME || id === BROKER_NAME) {
      const allowed = `an id of 1 to 32 characters a-z, 0-9, - and _ that begins with a letter, and neither "${AUTHORITY_NAME}" nor "${BROKER_NAME}"`;
      throw new KeysError("badName", `"${id}" is no name of a board here; allowed is ${allowed}`);
    }
    const extensions = [...LEAF, "extendedKeyUsage = clientAuth"];
    return this.#pair(id, { name: id, extensions, hosts: [], signed: true });
  }

  /** The certificate of a broker that is reached under these names and addresses. Throws `KeysError`. */
  broker(hosts: readonly string[]): KeyPair {
    const names = [...new Set(hosts)].map(subjectName);
    if (names.length === 0) throw new TypeError("a broker needs a name");
    const extensions = [...LEAF, "extendedKeyUsage = serverAuth", `subjectAltName = ${names.join(", ")}`];
    return this.#pair(BROKER_NAME, { name: BROKER_NAME, extensions, hosts: names.map(bare), signed: true });
  }

  #pair(
    file: string,
    wanted: { name: string; extensions: readonly string[]; hosts: readonly string[]; signed: boolean },
  ): KeyPair {
    const { name, extensions, hosts, signed } = wanted;
    const cert = join(this.#folder, `${file}.pem`);
    const key = join(this.#folder, `${file}.key`);
    const known = readIfThere(cert);
    const knownKey = existsSync(key) ? readPrivateFile(key) : undefined;
    if (known !== undefined) {
      const found = this.#fits(cert, known, key, knownKey, hosts, signed);
      return { name: file, cert, key, made: false, fingerprint: found.fingerprint256, hosts };
    }
    // Also where a power cut came between the two.
    if (knownKey === undefined) writeNew(key, newPrivateKey(), "secret");
    const issuer = signed ? { issuer: { cert: this.#own.cert, key: this.#own.key } } : {};
    const text = makeCertificate({ name, key, extensions, ...issuer });
    writeNew(cert, text, "open");
    const { fingerprint256: fingerprint } = new X509Certificate(text);
    return { name: file, cert, key, made: true, fingerprint, hosts };
  }

  /** Throws `KeysError` where what is there is not what would be made. */
  #fits(
    file: string,
    text: string,
    keyFile: string,
    key: string | undefined,
    hosts: readonly string[],
    signed: boolean,
  ): X509Certificate {
    const again = `move ${file} and ${keyFile} away, and it is made anew`;
    const refuse = (why: string, cause?: unknown) =>
      new KeysError("doesNotFit", `${file}: ${why}; ${again}`, cause);
    if (key === undefined) throw refuse(`its key ${keyFile} is missing`);
    let found: X509Certificate;
    try {
      found = new X509Certificate(text);
      if (!found.checkPrivateKey(createPrivateKey(key))) throw new Error("another's");
    } catch (error) {
      throw refuse(`it is no certificate, or ${keyFile} is not its key`, error);
    }
    if (!signed) return found;
    const authority = new X509Certificate(readIfThere(this.#own.cert)!);
    if (!found.verify(authority.publicKey)) throw refuse(`it was not signed by ${this.#own.cert}`);
    const names = namesOf(found);
    if ([...names].sort().join() !== [...hosts].sort().join()) {
      throw refuse(`it is for ${names.join(", ") || "no host"}, not for ${hosts.join(", ")}`);
    }
    return found;
  }
}

function subjectName(host: string): string {
  if (isIP(host) !== 0) return `IP:${host}`;
  if (/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i.test(host)) return `DNS:${host.toLowerCase()}`;
  const allowed = "a host name such as broker.local, or an address such as 192.168.1.10";
  throw new KeysError("badName", `"${host}" is no name of a broker; allowed is ${allowed}`);
}

function bare(name: string): string {
  return name.replace(/^(DNS|IP):/, "");
}

/** `"DNS:a, IP Address:1.2.3.4"` to names. */
function namesOf({ subjectAltName = "" }: X509Certificate): string[] {
  return subjectAltName === "" ? [] : subjectAltName.split(", ").map((name) => name.replace(/^[^:]*:/, ""));
}
