/**
 * Certificates by the system's `openssl` (3.0 as in Debian 12 is what it is tested with): Node.js reads them but cannot make them. Every
 * Debian and Raspberry Pi OS has it. Private keys are made by Node.js and only read here.
 */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KeysError } from "./keys-error.ts";

/**
 * Valid whatever a clock says: a board without a battery may believe it is 1970. The end is the one that RFC 5280 4.1.2.5 has for
 * certificates without one.
 */
export const VALID = { from: "19700101000000Z", to: "99991231235959Z" } as const;

export interface CertificateRequest {
  /** Common name: letters, digits, blanks, `.`, `_`, `-`. */
  readonly name: string;
  /** Its private key, a path. */
  readonly key: string;
  /** Lines of an OpenSSL extension section (x509v3_config(5)). */
  readonly extensions: readonly string[];
  /** `YYYYMMDDHHMMSSZ`; default `VALID`. */
  readonly valid?: { readonly from: string; readonly to: string };
  /** Who signs; absent: itself. */
  readonly issuer?: { readonly cert: string; readonly key: string };
}

/** A certificate, PEM. Throws `KeysError` with OpenSSL's words. */
export function makeCertificate(wanted: CertificateRequest): string {
  const { name, key, extensions, issuer, valid = VALID } = wanted;
  if (!/^[A-Za-z0-9._ -]{1,64}$/.test(name)) throw new TypeError(`"${name}" is no common name`);
  const folder = mkdtempSync(join(tmpdir(), "holdfast-keys-"));
  try {
    const config = join(folder, "openssl.cnf");
    const request = join(folder, "request.pem");
    writeFileSync(join(folder, "index.txt"), "");
    writeFileSync(join(folder, "serial"), `${serial()}\n`);
    writeFileSync(config, configText(folder, extensions));
    openssl("req", "-new", "-config", config, "-key", key, "-subj", `/CN=${name}`, "-out", request);
    const signer =
      issuer === undefined ? ["-selfsign", "-keyfile", key] : ["-cert", issuer.cert, "-keyfile", issuer.key];
    const dates = ["-startdate", valid.from, "-enddate", valid.to];
    return openssl("ca", "-batch", "-notext", "-config", config, ...signer, ...dates, "-in", request);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function configText(folder: string, extensions: readonly string[]): string {
  return [
    "[req]",
    "prompt = no",
    "distinguished_name = name",
    "[name]",
    "[ca]",
    "default_ca = authority",
    "[authority]",
    `database = ${join(folder, "index.txt")}`,
    `serial = ${join(folder, "serial")}`,
    `new_certs_dir = ${folder}`,
    "default_md = sha256",
    "policy = policy",
    "x509_extensions = extensions",
    "[policy]",
    "commonName = supplied",
    "[extensions]",
    ...extensions,
    "",
  ].join("\n");
}

/** 127 random bits (RFC 5280 4.1.2.2: positive, at most 20 bytes), so that no list of serials has to be kept. */
function serial(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes.toString("hex");
}

function openssl(...words: string[]): string {
  const { error, status, stdout, stderr } = spawnSync("openssl", words, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 60_000,
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") {
    const help =
      "certificates are made by the program openssl, which is not installed: sudo apt install openssl";
    throw new KeysError("noOpenSsl", help, error);
  }
  if (status === 0) return stdout;
  const why = error?.message ?? stderr.trim().split("\n").slice(-3).join(" / ");
  throw new KeysError("openSslFailed", `openssl ${words[0]} failed: ${why}`);
}
