/** What a board shows a broker, and what it asks of it: user and password, certificates. Read out of files, never out of the configuration. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { PrivateFileError, readPrivateFile, readPublicFile } from "./private-file.ts";

/** Paths; each absent one is not used. */
export interface LoginFiles {
  /** `{"user":"greenhouse","password":"..."}`, mode 0600. */
  readonly credentials?: string;
  /** Authorities that the broker's certificate may be signed by, PEM; absent: those that Node.js knows. */
  readonly ca?: string;
  /** The board's own certificate, PEM, with those between it and its authority. */
  readonly cert?: string;
  /** Its key, PEM without a passphrase, mode 0600. */
  readonly key?: string;
}

export interface BrokerLogin {
  readonly user?: string;
  readonly password?: string;
  readonly tls?: TlsFiles;
}

/** The contents of files, PEM; a part of Node.js's `ConnectionOptions`. */
export interface TlsFiles {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
}

/**
 * Reads them all, at each connection anew, so that files may be replaced while the board runs. Throws `PrivateFileError`
 * with what is wrong, where, and what helps; no message holds what is in a file.
 */
export function readBrokerLogin({ credentials, ca, cert, key }: LoginFiles): BrokerLogin {
  const tls: TlsFiles = {
    ...(ca !== undefined && { ca: certificate(ca).text }),
    ...(cert !== undefined && key !== undefined && readIdentity(cert, key)),
  };
  return {
    ...(credentials !== undefined && decodeCredentials(readPrivateFile(credentials), credentials)),
    ...(Object.keys(tls).length > 0 && { tls }),
  };
}

/** The user and password in the text of `file`. Throws `PrivateFileError`. */
export function decodeCredentials(text: string, file: string): { user: string; password: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined; // The parser's own words would quote the file.
  }
  const { user, password } = (value ?? {}) as Record<string, unknown>;
  const right = isShort(user) && user !== "" && isShort(password);
  if (right) return { user, password };
  const allowed =
    '{"user":"...","password":"..."}, a user of 1 to 1024 characters and a password of at most as many';
  throw new PrivateFileError("malformed", file, `no user and password in it; allowed is ${allowed}`);
}

/** A certificate and its own key, PEM. Throws `PrivateFileError`. */
export function readIdentity(certFile: string, keyFile: string): { cert: string; key: string } {
  const { text: cert, parsed } = certificate(certFile);
  const key = readPrivateFile(keyFile);
  let own: boolean;
  try {
    own = parsed.checkPrivateKey(createPrivateKey(key));
  } catch (error) {
    const why = "no key in it; allowed is PEM without a passphrase (-----BEGIN PRIVATE KEY-----)";
    throw new PrivateFileError("malformed", keyFile, why, error);
  }
  if (!own) throw new PrivateFileError("malformed", keyFile, `it is not the key of ${certFile}`);
  return { cert, key };
}

function certificate(file: string): { readonly text: string; readonly parsed: X509Certificate } {
  const text = readPublicFile(file);
  try {
    return { text, parsed: new X509Certificate(text) };
  } catch (error) {
    const why = "no certificate in it; allowed is PEM (-----BEGIN CERTIFICATE-----)";
    throw new PrivateFileError("malformed", file, why, error);
  }
}

function isShort(text: unknown): text is string {
  return typeof text === "string" && text.length <= 1024;
}
