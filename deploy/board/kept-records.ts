/**
 * Small records by device that a restart must not forget: one JSON file, replaced whole (write aside, then rename), so
 * that a power cut leaves the old or the new one. The first change is written at once, what follows at most every
 * `writeEveryMs`, to spare the SD card. What is not right in a file that is read is left out. A folder that takes nothing
 * (not this user's, read-only, full) costs what is kept, never the process: it says so once for each reason, and tries again.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { mkdir, open, rename } from "node:fs/promises";
import { basename, dirname } from "node:path";

export interface KeptRecordsOptions<T> {
  readonly file: string;
  readonly isRecord: (value: unknown) => value is T;
  readonly writeEveryMs: number;
  /** Default: the process's own. */
  readonly timers?: WriteTimers;
  /** Told why nothing can be written, once for each reason. Default: a line of log on stderr. */
  readonly notKept?: (why: string) => void;
}

/** When writes happen, ms. */
export interface WriteTimers {
  now(): number;
  /** Calls `write` once, after so long; what it returns ends when the file is there. Gives a way to call it off. */
  later(write: () => Promise<void>, afterMs: number): () => void;
}

const PROCESS_TIMERS: WriteTimers = {
  now: () => performance.now(),
  later(write, afterMs) {
    const timer = setTimeout(() => void write(), afterMs);
    return () => clearTimeout(timer);
  },
};

function logNotKept(why: string): void {
  process.stderr.write(`${JSON.stringify({ notKept: why })}\n`);
}

export class KeptRecords<T> {
  readonly #file: string;
  readonly #writeEveryMs: number;
  readonly #records: Map<string, T>;
  readonly #timers: WriteTimers;
  readonly #notKept: (why: string) => void;
  #failed: string | undefined;
  #callOff: (() => void) | undefined;
  #writing = false;
  #writtenAtMs = Number.NEGATIVE_INFINITY;
  #written: string;

  /** A file that is missing or damaged counts as empty. */
  constructor(options: KeptRecordsOptions<T>) {
    const { file, isRecord, writeEveryMs, timers = PROCESS_TIMERS, notKept = logNotKept } = options;
    this.#file = file;
    this.#timers = timers;
    this.#notKept = notKept;
    this.#writeEveryMs = writeEveryMs;
    const found = Object.entries(read(file)).filter((entry): entry is [string, T] => isRecord(entry[1]));
    this.#records = new Map(found);
    this.#written = this.#text();
  }

  /** Of whom something is kept. */
  get keys(): readonly string[] {
    return [...this.#records.keys()];
  }

  of(device: string): T | undefined {
    return this.#records.get(device);
  }

  /**
   * `undefined`: there is nothing to remember of it any more. Not `urgent`: it is worth no write of its own, and is
   * lost if the process dies before the next one.
   */
  keep(device: string, record: T | undefined, urgent = true): void {
    if (record === undefined) this.#records.delete(device);
    else this.#records.set(device, record);
    if (urgent && this.#written !== this.#text()) this.#writeLater();
  }

  /** Writes what is still to be written, now. Never throws: it is called when the process ends. */
  flush(): void {
    this.#callOff?.();
    if (this.#written === this.#text()) return;
    try {
      mkdirSync(dirname(this.#file), { recursive: true });
      writeFileSync(`${this.#file}.new`, this.#text());
      renameSync(`${this.#file}.new`, this.#file);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** One write at a time; one that failed is tried again. */
  #writeLater(): void {
    if (this.#callOff !== undefined || this.#writing) return;
    const waitMs = Math.max(0, this.#writtenAtMs + this.#writeEveryMs - this.#timers.now());
    this.#callOff = this.#timers.later(() => this.#write(), waitMs);
  }

  async #write(): Promise<void> {
    this.#callOff = undefined;
    this.#writing = true;
    this.#writtenAtMs = this.#timers.now();
    const text = this.#text();
    try {
      await writeAside(this.#file, text);
      this.#written = text;
      this.#failed = undefined;
    } catch (error) {
      this.#fail(error);
    }
    this.#writing = false;
    if (this.#written !== this.#text()) this.#writeLater();
  }

  #fail(error: unknown): void {
    const why = `${basename(this.#file)}: ${(error as Error).message}`;
    if (why !== this.#failed) this.#notKept(why);
    this.#failed = why;
  }

  #text(): string {
    return JSON.stringify(Object.fromEntries(this.#records));
  }
}

/** To the disk, then in its place. */
async function writeAside(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const aside = await open(`${file}.new`, "w");
  try {
    await aside.writeFile(text);
    await aside.sync();
  } finally {
    await aside.close();
  }
  await rename(`${file}.new`, file);
}

function read(file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {}; // no file yet, or half of one
  }
}
