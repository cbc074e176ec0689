import { readdirSync, readFileSync } from "node:fs";
import type { SystemFiles } from "../contracts/system-files.ts";

/** The files of this machine. */
export const localFiles: SystemFiles = {
  read: (path) => unlessAbsent(() => readFileSync(path)),
  list: (path) => unlessAbsent(() => readdirSync(path).sort()) ?? [],
};

/** Absent, unreadable and "no such attribute" are one thing to whoever asks what the machine is. */
function unlessAbsent<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
