/**
 * Writes one payload to a partition or a file, takes up again where it was interrupted, and proves it by reading it back. What
 * counts as written is on the card: it is synced every 4 MB, which also keeps a slow card from owing minutes of writes.
 */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { type FileHandle, open, statfs, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { readText, writeDurably } from "../board/durable-text.ts";
import { UpdateError } from "./update-error.ts";

export interface Payload {
  /** Which release it belongs to: only of the same one is anything taken up again. */
  readonly release: string;
  readonly bytes: number;
  /** Hexadecimal SHA-256. */
  readonly sha256: string;
}

export interface SlotWriterOptions {
  /** A partition, or a file that is made. */
  readonly path: string;
  /** Where it is remembered how far it got. */
  readonly progressFile: string;
  /** Most bytes a second; absent: as fast as they come. */
  readonly rate?: number;
  readonly onProgress?: (bytes: number) => void;
  readonly sleep?: (ms: number) => Promise<void>;
  readonly nowMs?: () => number;
}

const SYNC_BYTES = 4 * 1024 * 1024;
/** Left for others on the file system, bytes. */
const SPARE_BYTES = 16 * 1024 * 1024;

export class SlotWriter {
  readonly #options: SlotWriterOptions;
  readonly #payload: Payload;

  constructor(options: SlotWriterOptions, payload: Payload) {
    this.#options = options;
    this.#payload = payload;
  }

  /** From which byte on the payload is still wanted. */
  get from(): number {
    const { path, progressFile } = this.#options;
    const { release, bytes } = readProgress(progressFile);
    if (release !== this.#payload.release) return 0;
    const there = statSync(path, { throwIfNoEntry: false });
    // Of a partition nobody says how much of it is in use.
    const most = there?.isFile() ? there.size : there === undefined ? 0 : bytes;
    return Math.min(bytes, most, this.#payload.bytes);
  }

  /**
   * Writes what comes, from byte `from` on. Throws `UpdateError` `full`, `tooBig` for more than was announced, and what
   * `chunks` throws; all that is on the card by then is not asked for again.
   */
  async write(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const { path, sleep = wait, nowMs = () => performance.now(), rate, onProgress } = this.#options;
    const { bytes } = this.#payload;
    let at = this.from;
    await this.#checkRoom(at);
    const file = await openForWriting(path);
    const startedMs = nowMs();
    const startedAt = at;
    let synced = at;
    try {
      // What another release had here is not its own any more from the first byte on.
      await this.#remember(file, at);
      for await (const chunk of chunks) {
        if (at + chunk.length > bytes)
          throw new UpdateError("tooBig", `more than the ${bytes} bytes that the manifest says`);
        await file.write(chunk, 0, chunk.length, at);
        at += chunk.length;
        if (at - synced >= SYNC_BYTES) {
          await this.#remember(file, at);
          synced = at;
        }
        onProgress?.(at);
        const dueMs = rate === undefined ? 0 : ((at - startedAt) / rate) * 1000 - (nowMs() - startedMs);
        if (dueMs > 0) await sleep(dueMs);
      }
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === "ENOSPC" ? full(path, error) : error;
    } finally {
      await this.#remember(file, at).catch(() => {}); // a card that is full or gone: it is asked for again
      await file.close();
    }
  }

  /** Reads it back and compares. Throws `UpdateError` `readBack`, after which nothing of it counts as written. */
  async prove(): Promise<void> {
    const { path, progressFile } = this.#options;
    const { bytes, sha256 } = this.#payload;
    await forgetCache();
    const file = await open(path, "r");
    const hash = createHash("sha256");
    try {
      for await (const chunk of file.createReadStream({
        start: 0,
        end: bytes - 1,
        autoClose: false,
        highWaterMark: 1 << 20,
      }))
        hash.update(chunk as Buffer);
    } finally {
      await file.close();
    }
    if (hash.digest("hex") === sha256) return;
    writeDurably(progressFile, "");
    const help =
      "the card may be worn out or the bundle damaged; push it again, and try another card if it happens again";
    throw new UpdateError("readBack", `${path} does not hold what was written: ${help}`);
  }

  async #remember(file: FileHandle, at: number): Promise<void> {
    await file.sync();
    writeDurably(this.#options.progressFile, JSON.stringify({ release: this.#payload.release, bytes: at }));
  }

  async #checkRoom(from: number): Promise<void> {
    const { path } = this.#options;
    const { bytes } = this.#payload;
    const room = await roomFor(path);
    if (room !== undefined && bytes - from > room) throw full(path, undefined, bytes - from, room);
  }
}

/** Bytes that fit: a partition's size, or what a file system has free; undefined where nobody tells. */
async function roomFor(path: string): Promise<number | undefined> {
  if (path.startsWith("/dev/")) {
    const disk = await open(path, "r");
    try {
      // The end of a block device is its size; stat says 0.
      return await endOf(disk);
    } finally {
      await disk.close();
    }
  }
  const { bavail, bsize } = await statfs(dirname(path));
  return Math.max(0, bavail * bsize - SPARE_BYTES);
}

/** By halves: reads of one byte succeed before the end, and give nothing behind it. */
async function endOf(disk: FileHandle): Promise<number> {
  const byte = new Uint8Array(1);
  const has = async (at: number) => (await disk.read(byte, 0, 1, at)).bytesRead === 1;
  let [low, high] = [0, 1];
  while (await has(high)) [low, high] = [high, high * 2];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await has(middle)) low = middle;
    else high = middle;
  }
  return high;
}

async function openForWriting(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r+");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return open(path, "w+");
  }
}

function full(path: string, cause?: unknown, wanted?: number, room?: number): UpdateError {
  const numbers = wanted === undefined ? "" : `: ${wanted} bytes are to come, ${room} fit`;
  const help = "free some space on the board, or flash a card with larger slots";
  return new UpdateError("full", `no room at ${path}${numbers}; ${help}`, cause);
}

/** So that what is read back comes from the card. Without the right to it the kernel's own copy is what is read. */
async function forgetCache(): Promise<void> {
  await writeFile("/proc/sys/vm/drop_caches", "1").catch(() => {}); // root alone may
}

function readProgress(file: string): { readonly release: string; readonly bytes: number } {
  try {
    const { release, bytes } = JSON.parse(readText(file) ?? "") as { release?: unknown; bytes?: unknown };
    if (typeof release === "string" && typeof bytes === "number" && bytes >= 0) return { release, bytes };
  } catch {
    // Nothing was begun, or what was is not known any more.
  }
  return { release: "", bytes: 0 };
}

function wait(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
