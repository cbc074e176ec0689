/** `holdfast boot-levels`: the safe levels as commands for config.txt, printed or written. */
import { join } from "node:path";
import { BOOT_LEVELS, bootLevels, bootLevelsText } from "../../firmware/board/boot-levels.ts";
import { formatProblems, problemsJson } from "../config/format-problems.ts";
import { loadConfig } from "../config/load-config.ts";
import { hardwarePlan } from "../config/plan.ts";
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
  const text = bootLevelsText(plan);
  if (write !== undefined) writeLevels(write, text);
  const path = write === undefined ? undefined : join(write, BOOT_LEVELS);
  if (json) {
    const levels = Object.fromEntries(
      [...bootLevels(plan)].map(([gpio, options]) => [`GPIO${gpio}`, options]),
    );
    process.stdout.write(`${JSON.stringify({ levels, ...(path !== undefined && { written: path }) })}\n`);
  } else if (path === undefined) {
    process.stdout.write(text);
  } else {
    process.stdout.write(`${path} written and included: restart the board for it to take effect\n`);
  }
}

function writeLevels(folder: string, text: string): void {
  try {
    writeBootLevels(new FolderBootFiles(folder), text);
  } catch (error) {
    const { message } = error as Error;
    const help =
      "--write takes the folder of config.txt, /boot/firmware on Raspberry Pi OS, and root may write there";
    throw new CliError(EXIT.failed, `boot levels were not written: ${message}; ${help}`);
  }
}
