/**
 * Writes an image and reads it back. What makes a card bootable, its first piece with the partition table, is written last:
 * a card that was pulled out half way does not boot into half a system.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { inGb } from "./disk.ts";
import { FlashError } from "./flash-error.ts";

/** One write, bytes: as large as the erase blocks of most cards. */
const PIECE = 4 << 20;
/** A card has keys and passwords in it: a file of it is its owner's alone. */
const SECRET = 0o600;

export interface WriteTarget {
  readonly path: string;
  /** A whole disk of this many bytes; absent: a file, made or replaced. */
  readonly diskBytes?: number;
}

export interface Written {
  readonly bytes: number;
  readonly sha256: string;
}

export interface WriteOptions {
  /** After each piece: bytes so far, and what is being done. */
  readonly onProgress: (step: "write" | "verify", bytes: number) => void;
}

/**
 * Writes all of `image` to the target, has it on the medium, reads it back from there and compares. Throws `FlashError`: `tooSmall`, `busy`,
 * `noRight`, `writeFailed`, `differs` (with the place), or what the image's stream fails with.
 */
export async function writeImage(
  image: Readable,
  target: WriteTarget,
  options: WriteOptions,
): Promise<Written> {
  const { pieces, written } = await write(image, target, options);
  await verify(target, pieces, written.bytes, options);
  return written;
}

async function write(image: Readable, target: WriteTarget, { onProgress }: WriteOptions) {
  const disk = await opened(target);
  const whole = createHash("sha256");
  const pieces: string[] = [];
  let first: Buffer | undefined;
  let bytes = 0;
  try {
    for await (const piece of inPieces(image)) {
      const end = bytes + piece.length;
      if (end > (target.diskBytes ?? Number.POSITIVE_INFINITY)) throw tooSmall(target, end);
      whole.update(piece);
      pieces.push(digest(piece));
      if (first === undefined) {
        first = piece;
        await writeAt(disk, Buffer.alloc(piece.length), 0, target);
      } else await writeAt(disk, piece, bytes, target);
      bytes = end;
      onProgress("write", bytes);
    }
    if (first === undefined) throw new FlashError("notAnImage", "the image is empty: nothing was written");
    await synced(disk, target);
    await writeAt(disk, first, 0, target);
    await synced(disk, target);
  } finally {
    image.destroy();
    await disk.close();
  }
  return { pieces, written: { bytes, sha256: whole.digest("hex") } };
}

async function opened({ path, diskBytes }: WriteTarget): Promise<FileHandle> {
  // O_EXCL on a block device: the kernel refuses one that is mounted or otherwise in use (open(2)).
  const flags =
    diskBytes === undefined
      ? constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC
      : constants.O_WRONLY | constants.O_EXCL;
  try {
    const file = await open(path, flags, SECRET);
    if (diskBytes === undefined) await file.chmod(SECRET);
    return file;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EBUSY") throw new FlashError("busy", `${path} is in use: close what has it open`, error);
    if (code === "EACCES" || code === "EPERM")
      throw new FlashError("noRight", `no right to write ${path}: run it with sudo`, error);
    throw new FlashError("writeFailed", `${path}: ${message}`, error);
  }
}

async function writeAt(disk: FileHandle, piece: Buffer, at: number, target: WriteTarget): Promise<void> {
  try {
    for (let done = 0; done < piece.length; )
      done += (await disk.write(piece, done, piece.length - done, at + done)).bytesWritten;
  } catch (error) {
    throw failed(target, at, error);
  }
}

async function synced(disk: FileHandle, target: WriteTarget): Promise<void> {
  try {
    await disk.sync();
  } catch (error) {
    throw failed(target, undefined, error);
  }
}

function failed(target: WriteTarget, at: number | undefined, error: unknown): FlashError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC") return tooSmall(target, at);
  const where = at === undefined ? "" : ` at ${inGb(at)}`;
  const help = "the card or its reader is broken, or it was pulled out";
  return new FlashError("writeFailed", `${target.path}${where}: ${message}; ${help}`, error);
}

function tooSmall({ path, diskBytes }: WriteTarget, needed: number | undefined): FlashError {
  const has =
    diskBytes === undefined
      ? "no room is left; free some, or name another folder (--out, TMPDIR)"
      : `it has ${inGb(diskBytes)}`;
  const needs = needed === undefined ? "" : `, the image is larger than ${inGb(needed - 1)}`;
  return new FlashError("tooSmall", `${path} is too small: ${has}${needs}`);
}

async function verify(
  target: WriteTarget,
  pieces: readonly string[],
  bytes: number,
  { onProgress }: WriteOptions,
): Promise<void> {
  let at = 0;
  let index = 0;
  for await (const piece of inPieces(readBack(target, bytes))) {
    if (digest(piece) !== pieces[index++]) break;
    at += piece.length;
    onProgress("verify", at);
  }
  if (at === bytes) return;
  const what = `${target.path} does not hold what was written to it, from ${inGb(at)} on`;
  throw new FlashError(
    "differs",
    `${what}: the card is worn out, or smaller than it says. It must not be used`,
  );
}

/** From the medium, past what the kernel remembers: dd(1) reads a disk directly. */
function readBack({ path, diskBytes }: WriteTarget, bytes: number): Readable {
  if (diskBytes === undefined || !path.startsWith("/dev/")) return createReadStream(path, { end: bytes - 1 });
  const words = [
    `if=${path}`,
    `bs=${PIECE}`,
    `count=${bytes}`,
    "iflag=direct,count_bytes,fullblock",
    "status=none",
  ];
  const dd = spawn("dd", words, { stdio: ["ignore", "pipe", "inherit"] });
  dd.on("error", (error) => dd.stdout.destroy(error));
  return dd.stdout;
}

function digest(piece: Buffer): string {
  return createHash("sha256").update(piece).digest("base64");
}

/** The stream's bytes in pieces of one size; only the last is shorter. */
async function* inPieces(stream: Readable): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let held = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    for (let rest = part; rest.length > 0; ) {
      const taken = rest.subarray(0, PIECE - held);
      parts.push(taken);
      held += taken.length;
      rest = rest.subarray(taken.length);
      if (held < PIECE) continue;
      yield Buffer.concat(parts);
      parts = [];
      held = 0;
    }
  }
  if (held > 0) yield Buffer.concat(parts);
}
