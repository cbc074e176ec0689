/**
 * Reads a bundle as it comes, from a file or a network. Nothing in it is believed before its signature was checked, and
 * nothing is parsed after: the manifest says what must follow, and what comes is compared with that.
 *
 *     manifest.json            what is signed, at most 1 MB
 *     signatures/<key id>      64 bytes each; one, or several while a key is being replaced
 *     <payload> ...            as the manifest lists them
 *
 * A tar archive, so `tar -tvf` shows it and OpenSSL checks it. Memory: the manifest and one chunk.
 */
import { createHash } from "node:crypto";
import { BundleError } from "./bundle-error.ts";
import { ByteReader, EndedError } from "./byte-reader.ts";
import { decodeManifest } from "./decode-manifest.ts";
import { type Manifest, MOST, type Payload, type ReleaseId, releaseId } from "./manifest.ts";
import { isSignedBy, type ReleaseKey, SIGNATURE_BYTES } from "./release-key.ts";
import { BLOCK, END, padding, readTarHeader, type TarEntry, tarHeader } from "./tar-header.ts";

export const MANIFEST = "manifest.json";
export const SIGNATURES = "signatures/";
const MOST_SIGNATURES = 4;

/** A bundle that is signed by a key that is trusted. */
export interface OpenBundle {
  readonly manifest: Manifest;
  readonly release: ReleaseId;
  /** Id of the key whose signature was checked. */
  readonly signedBy: string;
  /** Up to the first payload, bytes. */
  readonly headBytes: number;
  /**
   * The payloads in their order; `bytes` of each has to be read to its end before the next is asked for. The hash is known at
   * that end: what was written by then is to be used only when no error came. Throws `BundleError`: `truncated`, `damaged`.
   */
  payloads(): AsyncGenerator<{ readonly payload: Payload; readonly bytes: AsyncGenerator<Uint8Array> }>;
  /** Whoever reads no further says so. */
  close(): Promise<void>;
}

/** Reads up to the first payload. `where`: the bundle's name in messages. Throws `BundleError`. */
export async function openBundle(
  source: AsyncIterable<Uint8Array>,
  trusted: readonly ReleaseKey[],
  where: string,
): Promise<OpenBundle> {
  const reader = new ByteReader(source);
  try {
    return await opened(reader, trusted, where);
  } catch (error) {
    await reader.close();
    throw ended(error, reader, where);
  }
}

async function opened(
  reader: ByteReader,
  trusted: readonly ReleaseKey[],
  where: string,
): Promise<OpenBundle> {
  const first = readTarHeader(await reader.take(BLOCK));
  if (first?.path !== MANIFEST || first.size > MOST.manifestBytes)
    throw new BundleError("notABundle", `${where} is no bundle; "holdfast release" makes one`);
  const manifest = await content(reader, first, where);
  const signatures = new Map<string, Buffer>();
  let next = await reader.take(BLOCK);
  for (let entry = signatureEntry(next); entry !== undefined; entry = signatureEntry(next)) {
    if (signatures.size === MOST_SIGNATURES)
      throw damaged(where, `it has more than ${MOST_SIGNATURES} signatures`);
    signatures.set(entry.path.slice(SIGNATURES.length), await content(reader, entry, where));
    next = await reader.take(BLOCK);
  }
  const signedBy = checkSignature(manifest, signatures, trusted, where);
  const decoded = decodeManifest(manifest, where);
  return {
    manifest: decoded,
    release: releaseId(manifest),
    signedBy,
    headBytes: reader.position - BLOCK,
    payloads: () => payloads(reader, decoded, next, where),
    close: () => reader.close(),
  };
}

/** Id of the key. */
function checkSignature(
  manifest: Buffer,
  signatures: ReadonlyMap<string, Buffer>,
  trusted: readonly ReleaseKey[],
  where: string,
): string {
  const known = trusted.filter(({ id }) => signatures.has(id));
  if (known.length === 0) {
    const by = [...signatures.keys()].join(", ") || "nobody";
    const allowed = trusted.map(({ id }) => id).join(", ") || "no key at all";
    throw new BundleError(
      "unknownKey",
      `${where}: signed by ${by}, trusted here: ${allowed}. Sign it with a key that is trusted, or have this board trust the key in a release that is (--trust)`,
    );
  }
  const good = known.find((key) => isSignedBy(key, manifest, signatures.get(key.id)!));
  if (good !== undefined) return good.id;
  throw new BundleError(
    "wrongSignature",
    `${where}: the signature of ${known[0]!.id} is of something else: it was changed after it was signed, or on the way; get it again from where it was made`,
  );
}

async function* payloads(reader: ByteReader, { payloads: all }: Manifest, first: Buffer, where: string) {
  let header: Buffer | undefined = first;
  try {
    for (const payload of all) {
      const { name, size } = payload;
      header ??= await reader.take(BLOCK);
      if (!header.equals(tarHeader({ path: name, size })))
        throw damaged(where, `${name} does not follow at byte ${reader.position - BLOCK}`);
      header = undefined;
      let done = false;
      const bytes = (async function* () {
        yield* hashed(reader, payload, where);
        done = true;
      })();
      yield { payload, bytes };
      if (!done) throw new TypeError(`${name} was not read to its end`);
    }
    if (!(await reader.take(END.length)).equals(END) || !(await reader.isAtEnd()))
      throw damaged(where, `something follows its last payload at byte ${reader.position}`);
  } catch (error) {
    throw ended(error, reader, where);
  } finally {
    await reader.close();
  }
}

async function* hashed(reader: ByteReader, { name, size, sha256 }: Payload, where: string) {
  const hash = createHash("sha256");
  try {
    for await (const chunk of reader.stream(size)) {
      hash.update(chunk);
      yield chunk;
    }
    await zeros(reader, padding(size), where);
  } catch (error) {
    throw ended(error, reader, where);
  }
  const found = hash.digest("hex");
  if (found !== sha256)
    throw damaged(where, `${name} has the hash ${found.slice(0, 16)}..., not ${sha256.slice(0, 16)}...`);
}

async function content(reader: ByteReader, { size }: TarEntry, where: string): Promise<Buffer> {
  const bytes = await reader.take(size);
  await zeros(reader, padding(size), where);
  return bytes;
}

async function zeros(reader: ByteReader, count: number, where: string): Promise<void> {
  if ((await reader.take(count)).some((byte) => byte !== 0))
    throw damaged(where, `there is something between two parts before byte ${reader.position}`);
}

function signatureEntry(header: Buffer): TarEntry | undefined {
  const entry = readTarHeader(header);
  const isOne = entry?.path.startsWith(SIGNATURES) === true && entry.size === SIGNATURE_BYTES;
  return isOne ? entry : undefined;
}

function damaged(where: string, what: string): BundleError {
  return new BundleError("damaged", `${where} is damaged: ${what}; get it again from where it was made`);
}

function ended(error: unknown, { position }: ByteReader, where: string): unknown {
  if (!(error instanceof EndedError)) return error;
  const why = `${where} ends after ${position} bytes, and ${error.message}: get the rest, or get it again`;
  return new BundleError("truncated", why, error);
}
