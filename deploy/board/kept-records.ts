/**
 * Small records by device that a restart must not forget: one JSON file, replaced whole (write aside, then rename), so
 * that a power cut leaves the old or the new one. The first change is written at once, what follows at most every
 * `writeEveryMs`, to spare the SD card. What is not right in a file that is read is left out.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";

export interface KeptRecordsOptions<T> {
  readonly file: string;
  readonly isRecord: (value: unknown) => value is T;
  readonly writeEveryMs: number;
  /** Default: the process's own. */
  readonly timers?: WriteTimers;
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

export class KeptRecords<T> {
  readonly #file: string;
  readonly #writeEveryMs: number;
  readonly #records: Map<string, T>;
  readonly #timers: WriteTimers;
  #callOff: (() => void) | undefined;
  #writing = false;
  #writtenAtMs = Number.NEGATIVE_INFINITY;
  #written: string;

  /** A file that is missing or damaged counts as empty. */
  constructor({ file, isRecord, writeEveryMs, timers = PROCESS_TIMERS }: KeptRecordsOptions<T>) {
    this.#file = file;
    this.#timers = timers;
    this.#writeEveryMs = writeEveryMs;
    mkdirSync(dirname(file), { recursive: true });
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

  /** Writes what is still to be written, now. */
  flush(): void {
    this.#callOff?.();
    if (this.#written === this.#text()) return;
    writeFileSync(`${this.#file}.new`, this.#text());
    renameSync(`${this.#file}.new`, this.#file);
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
      const aside = await open(`${this.#file}.new`, "w");
      await aside.writeFile(text);
      await aside.sync();
      await aside.close();
      await rename(`${this.#file}.new`, this.#file);
      this.#written = text;
    } catch (error) {
      process.stderr.write(`${JSON.stringify({ notKept: (error as Error).message })}\n`);
    }
    this.#writing = false;
    if (this.#written !== this.#text()) this.#writeLater();
  }

  #text(): string {
    return JSON.stringify(Object.fromEntries(this.#records));
  }
}

function read(file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {}; // no file yet, or half of one
  }
}
