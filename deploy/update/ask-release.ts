/** What a release itself says of a configuration, asked before the board is its own. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { UpdateError } from "./update-error.ts";

/** Node has to start, on the slowest Pi from a cold card. */
const ANSWER_MS = 180_000;

export interface ReleaseAnswer {
  /** What the firmware is to give each line before Linux starts, as `holdfast boot-levels` has it. */
  readonly levels: Readonly<Record<string, string>>;
}

/** `folder`: of the release. Throws `UpdateError` `badConfig` with what it finds wrong, or when it cannot even be asked. */
export async function askRelease(folder: string, config: string): Promise<ReleaseAnswer> {
  const check = await run(folder, ["check", config]);
  if (check.code !== 0)
    throw new UpdateError(
      "badConfig",
      `the release does not take ${config}:\n${check.text.trim()}\nmend the configuration first; the board still runs with it`,
    );
  const levels = await run(folder, ["boot-levels", config, "--json"]);
  try {
    return JSON.parse(levels.text) as ReleaseAnswer;
  } catch (error) {
    throw new UpdateError(
      "badConfig",
      `the release does not tell its safe levels: ${levels.text.trim()}`,
      error,
    );
  }
}

function run(folder: string, words: readonly string[]): Promise<{ code: number; text: string }> {
  return new Promise((done) => {
    execFile(join(folder, "bin/holdfast"), words, { timeout: ANSWER_MS }, (error, stdout, stderr) => {
      const isStarted = typeof error?.code !== "string"; // a word: the program did not start
      const why = error === null || isStarted ? "" : error.message;
      done({ code: error === null ? 0 : 1, text: `${stdout}${stderr}${why}` });
    });
  });
}
