/** `holdfast boot-levels`: the safe levels as commands for config.txt, printed or written. */
import { join } from "node:path";
import { BOOT_LEVELS, bootLevels, bootLevelsText } from "../../firmware/board/boot-levels.ts";
import type { HardwarePlan } from "../../firmware/contracts/output-plan.ts";
import { formatProblems, problemsJson } from "../config/format-problems.ts";
import { loadConfig } from "../config/load-config.ts";
import { hardwarePlan } from "../config/plan.ts";
import { FolderLevels } from "../levels/folder-levels.ts";
import { settleLevels } from "../levels/kept-levels.ts";
import { FolderBootFiles } from "../vendor/boot-files.ts";
import { writeBootLevels } from "../vendor/write-boot-levels.ts";
import { CliError, EXIT } from "./exit-code.ts";

export interface BootLevelsOptions {
  readonly json: boolean;
  /** Folder of config.txt to write into; absent: print. */
  readonly write?: string;
}

/**
 * Prints the file, or writes it and has config.txt include it, once. A configuration with problems writes nothing. Throws
 * `CliError` when the folder has no config.txt or cannot be written.
 */
export function printBootLevels(file: string, { json, write }: BootLevelsOptions): void {
  const { config, problems = [], warnings } = loadConfig(file);
  if (config === undefined) {
    process.stderr.write(
      json ? `${problemsJson(problems, warnings, file)}\n` : formatProblems(problems, warnings, file),
    );
    process.exitCode = EXIT.usage;
    return;
  }
  const plan = hardwarePlan(config);
  if (write !== undefined) writeLevels(write, plan);
  const path = write === undefined ? undefined : join(write, BOOT_LEVELS);
  if (json) {
    const levels = Object.fromEntries(
      [...bootLevels(plan)].map(([gpio, options]) => [`GPIO${gpio}`, options]),
    );
    process.stdout.write(`${JSON.stringify({ levels, ...(path !== undefined && { written: path }) })}\n`);
  } else if (path === undefined) {
    process.stdout.write(bootLevelsText(plan));
  } else {
    process.stdout.write(`${path} written and included: restart the board for it to take effect\n`);
  }
}

/** In place where config.txt includes the file: the firmware may read it at any moment (`kept-levels.ts`). Else the file first, then its name. */
function writeLevels(folder: string, plan: HardwarePlan): void {
  const place = new FolderLevels(folder);
  try {
    if (place.read() === undefined) writeBootLevels(new FolderBootFiles(folder), bootLevelsText(plan));
    else settleLevels(place, bootLevels(plan));
  } catch (error) {
    const { message } = error as Error;
    const help =
      "--write takes the folder of config.txt, /boot/firmware on Raspberry Pi OS, and root may write there";
    throw new CliError(EXIT.failed, `boot levels were not written: ${message}; ${help}`);
  }
}
