/**
 * The configuration that a board runs with. It is not always the file that it was started with: that may have been
 * edited since, and an edit counts when it is asked for, as a whole, never by the accident of a runtime that is started
 * again. So each guardian copies the file at its start, beside its pipes, in memory; its runtimes read the copy, and a
 * reload replaces it.
 */
import { copyFileSync, renameSync } from "node:fs";
import { join } from "node:path";

/** Path of the copy, for the runtime. */
export const RUNNING = "HOLDFAST_RUNNING";

/** The copy's path; undefined where there is no folder, or no file that can be read: who reads it says so. */
export function copyForThisLife(file: string, folder: string | undefined): string | undefined {
  if (folder === undefined) return undefined;
  const copy = join(folder, "running.config.json");
  try {
    copyFileSync(file, copy);
    return copy;
  } catch {
    return undefined;
  }
}

/** Where what is to run next is written until it does. */
export function nextOf(running: string): string {
  return `${running}.next`;
}

/** From now on it runs: the copy is the old one or the new one, whole. */
export function makeRunning(running: string): void {
  renameSync(nextOf(running), running);
}
