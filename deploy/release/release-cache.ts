/** What is expensive to make and depends on nothing of the board: kept in the user's cache folder. */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** Below XDG_CACHE_HOME (XDG base directory specification 0.8). */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const base = environment.XDG_CACHE_HOME;
  return join(base !== undefined && base !== "" ? base : join(homedir(), ".cache"), "holdfast", "release");
}

/** A file that is made where it is not there: whole, or not at all. `make` is told where to write. */
export async function keptFile(file: string, make: (path: string) => Promise<unknown>): Promise<string> {
  if (existsSync(file)) return file;
  mkdirSync(dirname(file), { recursive: true });
  const aside = `${file}.${process.pid}`;
  try {
    await make(aside);
    renameSync(aside, file);
  } finally {
    rmSync(aside, { force: true });
  }
  return file;
}
