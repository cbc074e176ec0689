/**
 * Crash reports in the board's state folder, `crashes.jsonl`, and `crashes.old.jsonl` before it: when the first is full it
 * becomes the second, so together they hold between one and two times `MOST_FILE_BYTES`.
 */
import { closeSync, mkdirSync, openSync, readSync, writeFileSync } from "node:fs";
import { mkdir, open, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { type CrashLine, parseCrashLines } from "./crash-record.ts";

/** 128 KB: at least 32 crashes, usually 60 to 100. */
export const MOST_FILE_BYTES = 128 * 1024;

export interface AppendOptions {
  readonly head: string;
  readonly sync: boolean;
  readonly torn: boolean;
}

export class CrashFile {
  readonly #folder: string;
  readonly #most: number;

  /** Of one board, in its folder below the state folder. */
  constructor(stateFolder: string, board: string, mostBytes = MOST_FILE_BYTES) {
    this.#folder = join(stateFolder, board);
    this.#most = mostBytes;
  }

  get path(): string {
    return join(this.#folder, "crashes.jsonl");
  }

  /** Where the lines before those of `path` are. */
  get oldPath(): string {
    return join(this.#folder, "crashes.old.jsonl");
  }

  /** All lines, oldest first; none where there is no file, or it cannot be read. Blocks for as long as reading takes. */
  read(): readonly CrashLine[] {
    return parseCrashLines(`${this.#textOf(this.oldPath)}\n${this.#textOf(this.path)}`);
  }

  /**
   * Adds whole lines, on the disk when it resolves if `sync`. `head` is written first where a new file begins; `torn`: what lies
   * there may end in the middle of a line. Rejects when the storage does not take them.
   */
  async append(text: string, { head, sync, torn }: AppendOptions): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const size = await sizeOf(this.path);
    const isFull = size > 0 && size + Buffer.byteLength(text) > this.#most;
    if (isFull) await rename(this.path, this.oldPath);
    const file = await open(this.path, "a", 0o640);
    try {
      await file.writeFile(isFull || size === 0 ? head + text : torn ? `\n${text}` : text);
      if (sync) await file.sync();
    } finally {
      await file.close();
    }
  }

  /** The same at the end of a process, which waits for it but not for the disk. Throws when the storage does not take it. */
  appendNow(text: string): void {
    mkdirSync(this.#folder, { recursive: true });
    // What may be under way ends in the middle of a line, then.
    writeFileSync(this.path, `\n${text}`, { flag: "a", mode: 0o640 });
  }

  /** No more of it than there should be, whatever it is. */
  #textOf(path: string): string {
    let file: number;
    try {
      file = openSync(path, "r");
    } catch {
      return ""; // none yet, or not for us: a board works without what was before
    }
    try {
      const bytes = Buffer.alloc(2 * this.#most);
      return bytes.toString("utf8", 0, readSync(file, bytes, 0, bytes.length, 0));
    } catch {
      return ""; // a folder, or a disk that is broken
    } finally {
      closeSync(file);
    }
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}
