/** Permissions as a release has them, whatever the umask of who makes it: the same application then gives the same slot for everybody. */
import { chmodSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

const PROGRAM = 0o755;
const FILE = 0o644;
/** Of its owner, to run it. */
const RUN = 0o100;

/** All that is in a folder, and itself: folders and programs for everybody to enter and run, files to read. */
export function setPlainModes(folder: string): void {
  chmodSync(folder, PROGRAM);
  for (const name of readdirSync(folder, { recursive: true }) as string[]) {
    const path = join(folder, name);
    const found = lstatSync(path);
    if (found.isSymbolicLink()) continue; // it has none of its own
    chmodSync(path, found.isDirectory() || (found.mode & RUN) !== 0 ? PROGRAM : FILE);
  }
}
