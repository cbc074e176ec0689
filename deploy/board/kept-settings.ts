/**
 * What commands have changed and a restart must not forget: setpoints. One small JSON file a board, replaced
 * whole (write aside, then rename), written at most once a second to spare the SD card.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";

type Values = Readonly<Record<string, number | boolean>>;

const WRITE_EVERY_MS = 1000;

export class KeptSettings {
  readonly #file: string;
  readonly #values: Map<string, Values>;
  #timer: NodeJS.Timeout | undefined;
  #writing = false;
  #written: string;

  /** A file that is missing or damaged counts as empty: the configuration's values hold. */
  constructor(folder: string, board: string) {
    const own = join(folder, board);
    this.#file = join(own, "settings.json");
    mkdirSync(own, { recursive: true });
    this.#values = new Map(Object.entries(read(this.#file)));
    this.#written = this.#text();
  }

  of(device: string): Values {
    return this.#values.get(device) ?? {};
  }

  keep(device: string, values: Values): void {
    this.#values.set(device, values);
    this.#writeLater();
  }

  /** Writes what is still to be written, now. */
  flush(): void {
    clearTimeout(this.#timer);
    if (this.#written === this.#text()) return;
    writeFileSync(`${this.#file}.new`, this.#text());
    renameSync(`${this.#file}.new`, this.#file);
  }

  /** One write at a time; one that failed is tried again. */
  #writeLater(): void {
    if (this.#timer !== undefined || this.#writing) return;
    this.#timer = setTimeout(async () => {
      this.#timer = undefined;
      this.#writing = true;
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
    }, WRITE_EVERY_MS);
  }

  #text(): string {
    return JSON.stringify(Object.fromEntries(this.#values));
  }
}

function read(file: string): Record<string, Values> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof value !== "object" || value === null) return {};
    return Object.fromEntries(Object.entries(value).filter(([, kept]) => isValues(kept)));
  } catch {
    return {}; // no file yet, or half of one: the configuration's values are the safe ones
  }
}

function isValues(value: unknown): value is Values {
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).every((item) => typeof item === "number" || typeof item === "boolean");
}
