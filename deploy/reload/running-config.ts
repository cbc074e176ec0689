/**
 * The configuration that a board runs with. It is not always the file that it was started with: that may have been
 * edited since, and an edit counts when it is asked for, as a whole, never by the accident of a runtime that is started
 * again. So each guardian copies the file at its start, beside its pipes, in memory; its runtimes read the copy, and a
 * reload replaces it.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Path of the copy, for the runtime. */
export const RUNNING = "HOLDFAST_RUNNING";

/** Only the board's own account reads a copy, whoever may read the file: more than one account looks into the folder of a service. */
const MODE = 0o600;

/** The copy's path; undefined where there is no folder, or no file that can be read: who reads it says so. */
export function copyForThisLife(file: string, folder: string | undefined): string | undefined {
  if (folder === undefined) return undefined;
  const copy = join(folder, "running.config.json");
  try {
    writeNext(copy, readFileSync(file));
    makeRunning(copy);
    return copy;
  } catch {
    return undefined;
  }
}

/**
 * Leaves what is to run next beside what runs; the path where it lies. It is not synced: the folder is in memory, and after a power cut the guardian
 * copies the board's file anew.
 */
export function writeNext(running: string, content: string | Uint8Array): string {
  const next = `${running}.next`;
  rmSync(next, { force: true }); // the mode is a new file's
  writeFileSync(next, content, { mode: MODE });
  return next;
}

/** From now on it runs: the copy is the old one or the new one, whole. */
export function makeRunning(running: string): void {
  renameSync(`${running}.next`, running);
}
