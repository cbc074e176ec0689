/**
 * What commands have changed and a restart must not forget: setpoints. One small JSON file a board, replaced
 * whole (write aside, then rename), written at most once a second to spare the SD card.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

type Values = Readonly<Record<string, number | boolean>>;

const WRITE_EVERY_MS = 1000;

export class KeptSettings {
  readonly #file: string;
  readonly #values: Map<string, Values>;
  #timer: NodeJS.Timeout | undefined;

  /** A file that is missing or damaged counts as empty: the configuration's values hold. */
  constructor(folder: string, board: string) {
    const own = join(folder, board);
    this.#file = join(own, "settings.json");
    mkdirSync(own, { recursive: true });
    this.#values = new Map(Object.entries(read(this.#file)));
  }

  of(device: string): Values {
    return this.#values.get(device) ?? {};
  }

  keep(device: string, values: Values): void {
    this.#values.set(device, values);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const aside = `${this.#file}.new`;
      writeFile(aside, this.#text())
        .then(() => rename(aside, this.#file))
        .catch((error: Error) => process.stderr.write(`${JSON.stringify({ notKept: error.message })}\n`));
    }, WRITE_EVERY_MS);
  }

  /** Writes what is still to be written, now. */
  flush(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    writeFileSync(`${this.#file}.new`, this.#text());
    renameSync(`${this.#file}.new`, this.#file);
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
