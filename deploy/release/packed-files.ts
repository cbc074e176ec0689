/**
 * Files as a payload: a tar archive in gzip, with nothing in it that the manifest does not say. `tar -tzvf` shows it. The
 * same files give the same bytes, with the same zlib.
 */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { isInside } from "./decode-manifest.ts";
import type { ManifestFile } from "./manifest.ts";
import { ReleaseError } from "./release-error.ts";
import { END, padding, tarHeader } from "./tar-header.ts";

/** Levels above cost three times the time for 0.3 % (Node's program, 85 MB). */
const GZIP_LEVEL = 6;

/** Every file below a folder, sorted by path, with its hash. Throws `ReleaseError` for what is no file or is named oddly. */
export async function describeFiles(folder: string): Promise<ManifestFile[]> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files: ManifestFile[] = [];
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name).slice(folder.length + 1);
    if (!entry.isFile() || !isInside(path))
      throw new ReleaseError(
        "notWritten",
        `${join(folder, path)} cannot be part of a release: allowed are files (no links) with letters, digits and @+._- in their names`,
      );
    const { size, mode } = statSync(join(folder, path));
    files.push({
      path,
      size,
      mode: (mode & 0o100) === 0 ? 0o644 : 0o755,
      sha256: await hashOf(join(folder, path)),
    });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Packs files of a folder, in their order. */
export async function packFiles(folder: string, files: readonly ManifestFile[], out: string): Promise<void> {
  await pipeline(
    Readable.from(tarOf(folder, files)),
    createGzip({ level: GZIP_LEVEL }),
    createWriteStream(out),
  );
}

/** The archive of these files unpacked, bytes. */
export function unpackedSize(files: readonly ManifestFile[]): number {
  return files.reduce(
    (sum, file) => sum + tarHeader(file).length + file.size + padding(file.size),
    END.length,
  );
}

/** SHA-256 of a file, hex. */
export async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

async function* tarOf(folder: string, files: readonly ManifestFile[]): AsyncGenerator<Uint8Array> {
  for (const file of files) {
    yield tarHeader(file);
    for await (const chunk of createReadStream(join(folder, file.path), { highWaterMark: 1 << 18 }))
      yield chunk as Buffer;
    yield Buffer.alloc(padding(file.size));
  }
  yield END;
}
