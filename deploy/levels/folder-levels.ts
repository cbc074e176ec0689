/** The levels on a boot partition that is mounted: Raspberry Pi OS. */
import { closeSync, constants, fstatSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { BOOT_LEVELS, includesBootLevels } from "../../firmware/board/boot-levels.ts";
import { LEVEL_BYTES } from "../../firmware/board/level-sector.ts";
import { writeDurably } from "../board/durable-text.ts";
import type { LevelPlace } from "./level-place.ts";

export class FolderLevels implements LevelPlace {
  readonly where: string;

  /** `folder`: of config.txt. */
  constructor(folder: string) {
    this.where = folder;
  }

  /** Undefined, too, where config.txt does not include it: then somebody says otherwise what is to be driven. */
  read(): Uint8Array | undefined {
    const config = contentOf(join(this.where, "config.txt"))?.toString("utf8");
    return config === undefined || !includesBootLevels(config) ? undefined : contentOf(this.#file);
  }

  /**
   * In place where the file has its length: only its one sector is written then (and the time in its entry). A file of another
   * length, written by hand or by an older release, is replaced once.
   */
  write(steps: readonly Uint8Array[]): void {
    const file = openSync(this.#file, constants.O_RDWR);
    try {
      const inPlace = fstatSync(file).size === LEVEL_BYTES;
      const last = steps.at(-1);
      if (!inPlace && last !== undefined) writeDurably(this.#file, last);
      for (const step of inPlace ? steps : []) {
        writeSync(file, step, 0, LEVEL_BYTES, 0);
        fsyncSync(file);
      }
    } finally {
      closeSync(file);
    }
  }

  get #file(): string {
    return join(this.where, BOOT_LEVELS);
  }
}

function contentOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
