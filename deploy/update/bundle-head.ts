/** What a bundle says of itself, for whoever sends it: whether it is to be believed is decided where it is received. */
import { BundleError } from "../release/bundle-error.ts";
import { MANIFEST } from "../release/bundle-reader.ts";
import { decodeManifest } from "../release/decode-manifest.ts";
import { type Manifest, MOST, type ReleaseId, releaseId } from "../release/manifest.ts";
import { BLOCK, readTarHeader } from "../release/tar-header.ts";
import type { ByteSource } from "./byte-source.ts";

/** `where`: its name in messages. Throws `BundleError`. */
export async function bundleHead(
  source: ByteSource,
  where: string,
): Promise<{ readonly manifest: Manifest; readonly release: ReleaseId }> {
  const first = readTarHeader(await bytesOf(source, 0, Math.min(BLOCK, source.bytes)));
  if (first?.path !== MANIFEST || first.size > MOST.manifestBytes || BLOCK + first.size > source.bytes)
    throw new BundleError("notABundle", `${where} is no bundle; "holdfast release" makes one`);
  const bytes = await bytesOf(source, BLOCK, BLOCK + first.size);
  return { manifest: decodeManifest(bytes, where), release: releaseId(bytes) };
}

async function bytesOf(source: ByteSource, from: number, to: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of source.read(from, to)) parts.push(part);
  return Buffer.concat(parts);
}
