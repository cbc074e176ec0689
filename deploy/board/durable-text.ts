/** Small files that must be whole after a power cut. */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** The text of a file without white space around it; undefined where there is none. */
export function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return undefined; // not every system has one, and no board at its first start
  }
}

/**
 * After a power cut there is the whole file or none: written aside, renamed, and the folder's entry with it. On FAT, which has no journal, a cut
 * within the rename may leave both names or neither, never half a file: its bytes are on the card before.
 */
export function writeDurably(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  const aside = openSync(`${file}.new`, "w");
  try {
    writeFileSync(aside, content);
    fsyncSync(aside);
  } finally {
    closeSync(aside);
  }
  renameSync(`${file}.new`, file);
  syncFolder(dirname(file));
}

function syncFolder(path: string): void {
  if (process.platform === "win32") return; // it flushes no handle of a folder (FlushFileBuffers wants GENERIC_WRITE)
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
