/**
 * Files of a payload, unpacked into a folder that is not there yet. What comes is compared with the manifest, header by
 * header: the archive cannot say where anything goes, and cannot be larger than it was signed to be.
 */
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { chmod, mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { BundleError } from "./bundle-error.ts";
import { ByteReader, EndedError } from "./byte-reader.ts";
import { isInside } from "./decode-manifest.ts";
import type { ManifestFile, Payload } from "./manifest.ts";
import { BLOCK, END, padding, tarHeader } from "./tar-header.ts";

const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Unpacks `bytes`, those of `payload`, and has each file on the disk before it resolves; `bytes` is then read to its end. On
 * an error the folder holds a part and is to be removed. Throws `BundleError`: `damaged`, `truncated`, `noPayload`,
 * `notWritten`.
 */
export async function unpackFiles(
  { name, files }: Payload,
  bytes: AsyncIterable<Uint8Array>,
  folder: string,
): Promise<void> {
  if (files === undefined) throw new BundleError("noPayload", `${name} holds no files: it is used as it is`);
  const gunzip = createGunzip();
  const source = Readable.from(bytes);
  source.on("error", (error) => gunzip.destroy(error));
  gunzip.on("error", () => {}); // whoever reads hears of it, perhaps later
  const reader = new ByteReader(source.pipe(gunzip));
  try {
    await makeFolders(files, folder);
    for (const file of files) await unpackFile(reader, file, folder, name);
    if (!(await reader.take(END.length)).equals(END) || !(await reader.isAtEnd()))
      throw damaged(name, "more than it was signed to be");
    for (const path of folders(files)) await synced(join(folder, path));
  } catch (error) {
    throw asBundleError(error, name);
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

async function unpackFile(
  reader: ByteReader,
  file: ManifestFile,
  folder: string,
  name: string,
): Promise<void> {
  const { path, size, mode, sha256 } = file;
  if (!(await reader.take(BLOCK)).equals(tarHeader(file)))
    throw damaged(name, `no ${path} where it should be`);
  const handle = await open(join(folder, path), NEW, mode);
  try {
    const hash = createHash("sha256");
    for await (const chunk of reader.stream(size)) {
      hash.update(chunk);
      await handle.writeFile(chunk);
    }
    await reader.take(padding(size));
    if (hash.digest("hex") !== sha256) throw damaged(name, `another ${path}`);
    await handle.chmod(mode); // whatever the umask
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The folders of files below a folder, each for everybody to read, whatever the umask. Throws `BundleError`. */
export async function makeFolders(files: readonly ManifestFile[], folder: string): Promise<void> {
  const outside = files.find(({ path }) => !isInside(path));
  if (outside !== undefined) throw new BundleError("badManifest", `${outside.path} leads out of ${folder}`);
  for (const path of folders(files)) {
    await mkdir(join(folder, path), { recursive: true });
    await chmod(join(folder, path), 0o755);
  }
}

/** Of files, and those around them, the outermost first; "." is the first. */
function folders(files: readonly ManifestFile[]): string[] {
  const all = new Set<string>(["."]);
  for (const { path } of files) for (let at = dirname(path); at !== "."; at = dirname(at)) all.add(at);
  return [...all].sort();
}

/** Without it a power cut may leave files without their names. */
async function synced(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function damaged(name: string, what: string): BundleError {
  return new BundleError("damaged", `${name} is damaged: it holds ${what}; get the bundle again`);
}

function asBundleError(error: unknown, name: string): unknown {
  if (error instanceof BundleError) return error;
  const { code = "", message } = error as NodeJS.ErrnoException;
  if (error instanceof EndedError)
    return new BundleError("truncated", `${name} ends early: ${message}`, error);
  if (code.startsWith("Z_") || code.startsWith("ERR_PADDING"))
    return new BundleError("damaged", `${name} is damaged: ${message}; get the bundle again`, error);
  const help = code === "ENOSPC" ? ": make room and try again" : "";
  return new BundleError("notWritten", `${name} was not unpacked: ${message}${help}`, error);
}
