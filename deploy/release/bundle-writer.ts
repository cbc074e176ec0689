/** Writes a bundle: whole or not at all, and the same bytes for the same parts and key. */
import { createReadStream, createWriteStream, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { MANIFEST, SIGNATURES } from "./bundle-reader.ts";
import { decodeManifest } from "./decode-manifest.ts";
import {
  encodeManifest,
  type Manifest,
  type ManifestFile,
  type Payload,
  type ReleaseId,
  releaseId,
  type SlotContent,
} from "./manifest.ts";
import { hashInPieces } from "./pieces.ts";
import { ReleaseError } from "./release-error.ts";
import type { SigningKey } from "./release-key.ts";
import { END, padding, tarHeader } from "./tar-header.ts";

/** A payload as a file; `files` where it is an archive of them (`packFiles`), `holds` where it is a slot of Holdfast OS. */
export interface PayloadFile {
  readonly name: string;
  readonly file: string;
  readonly files?: readonly ManifestFile[];
  readonly holds?: SlotContent;
}

/** What was written. */
export interface WrittenBundle {
  readonly file: string;
  readonly bytes: number;
  readonly release: ReleaseId;
  readonly manifest: Manifest;
}

/** Writes `out`, in the place of one that may be there. Throws `ReleaseError`, `BundleError` for a manifest no reader would take. */
export async function writeBundle(
  out: string,
  about: Omit<Manifest, "payloads">,
  parts: readonly PayloadFile[],
  keys: readonly SigningKey[],
): Promise<WrittenBundle> {
  const manifest = await manifestOf(about, parts);
  const bytes = encodeManifest(manifest);
  decodeManifest(bytes, out);
  const aside = `${out}.new`;
  try {
    mkdirSync(dirname(out), { recursive: true });
    await pipeline(Readable.from(archive(bytes, parts, keys)), createWriteStream(aside, { flush: true }));
    renameSync(aside, out);
  } catch (error) {
    rmSync(aside, { force: true });
    throw new ReleaseError("notWritten", `${out} was not written: ${(error as Error).message}`, error);
  }
  return { file: out, bytes: statSync(out).size, release: releaseId(bytes), manifest };
}

/** What a bundle of these parts says of itself. */
export async function manifestOf(
  about: Omit<Manifest, "payloads">,
  parts: readonly PayloadFile[],
): Promise<Manifest> {
  const payloads: Payload[] = [];
  for (const { name, file, files, holds } of parts) {
    const described = { name, size: statSync(file).size, ...(await hashInPieces(file)) };
    payloads.push({ ...described, ...(files && { files }), ...(holds && { holds }) });
  }
  return { ...about, payloads };
}

async function* archive(
  manifest: Buffer,
  parts: readonly PayloadFile[],
  keys: readonly SigningKey[],
): AsyncGenerator<Uint8Array> {
  yield* entry(MANIFEST, manifest);
  for (const key of keys) yield* entry(`${SIGNATURES}${key.trusted.id}`, key.sign(manifest));
  for (const { name, file } of parts) {
    const { size } = statSync(file);
    yield tarHeader({ path: name, size });
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18 })) yield chunk as Buffer;
    yield Buffer.alloc(padding(size));
  }
  yield END;
}

function* entry(path: string, content: Buffer): Generator<Uint8Array> {
  yield tarHeader({ path, size: content.length });
  yield content;
  yield Buffer.alloc(padding(content.length));
}
