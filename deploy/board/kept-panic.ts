/** Takes what a kernel left of itself out of its memory, and keeps it with the board's crash reports. */
import { readdirSync, readFileSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { CrashFile } from "../crashes/crash-file.ts";
import { hasPanic, panicText } from "../crashes/kernel-panic.ts";
import { STORE } from "./kernel-dumps.ts";

/**
 * Each dump is on the disk before the memory is free for the next one. Before the runtime starts: nobody else writes reports then.
 * Without the right to it (root's) nothing happens. `failed` hears what could not be kept; the dump stays then.
 */
export async function keepPanics(
  stateFolder: string,
  board: string,
  failed: (why: string) => void,
  store = STORE,
): Promise<void> {
  const crashes = new CrashFile(stateFolder, board);
  for (const name of dumpsIn(store)) {
    const path = join(store, name);
    try {
      const before = crashes.read();
      const text = panicText(before, readFileSync(path, "utf8"));
      if (!hasPanic(before, text)) await crashes.append(text, { head: "", sync: true, torn: true });
      unlinkSync(path);
    } catch (error) {
      failed(`a kernel's last words: ${(error as Error).message}`);
    }
  }
}

/** Those that can be read: what the kernel could not unpack ends with `.enc.z`. */
function dumpsIn(store: string): readonly string[] {
  try {
    return readdirSync(store).filter((name) => /^dmesg-\w+-\d+$/.test(name));
  } catch {
    return []; // no pstore here, or not for us
  }
}
