/** The board's configuration as its file has it: an update may wait for hours, and its operator may write another meanwhile. */
import { readFileSync } from "node:fs";
import type { BoardConfig } from "../config/board-schema.ts";
import { formatProblems } from "../config/format-problems.ts";
import { type ConfigResult, loadConfig, parseConfig } from "../config/load-config.ts";
import { UpdateError } from "./update-error.ts";

export class ReadConfig {
  readonly #file: string;
  #text: string | undefined;
  #config: BoardConfig;

  /** Throws `UpdateError` `badConfig` with all that is wrong in it. */
  constructor(file: string) {
    this.#file = file;
    this.#text = textOf(file);
    this.#config = this.#read(this.#text);
  }

  /** As it was read last. */
  get config(): BoardConfig {
    return this.#config;
  }

  /** Reads it again where it is another by now; whether it is. Throws `UpdateError` `badConfig`. */
  renew(): boolean {
    const text = textOf(this.#file);
    if (text !== undefined && text === this.#text) return false;
    this.#config = this.#read(text);
    this.#text = text;
    return true;
  }

  /** `text`: of the file. */
  #read(text: string | undefined): BoardConfig {
    const read: ConfigResult = text === undefined ? loadConfig(this.#file) : parseConfig(text);
    const { config, problems = [], warnings } = read;
    if (config !== undefined) return config;
    throw new UpdateError("badConfig", formatProblems(problems, warnings, this.#file));
  }
}

/** Undefined for one that cannot be read: `loadConfig` says why. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
