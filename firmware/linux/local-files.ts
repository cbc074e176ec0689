import { readdirSync, readFileSync } from "node:fs";
import { DEVICE_TREE } from "../board/device-tree.ts";
import type { SystemFiles } from "../contracts/system-files.ts";

/**
 * The files of this machine. `deviceTree`: a folder that stands for /proc/device-tree, where that is not to be seen
 * (in a container, or a guest that plays a board).
 */
export function localFiles(deviceTree?: string): SystemFiles {
  const place = (path: string) =>
    deviceTree !== undefined && path.startsWith(DEVICE_TREE)
      ? deviceTree + path.slice(DEVICE_TREE.length)
      : path;
  return {
    read: (path) => unlessAbsent(() => readFileSync(place(path))),
    list: (path) => unlessAbsent(() => readdirSync(place(path)).sort()) ?? [],
  };
}

/** Absent, unreadable and "no such attribute" are one thing to whoever asks what the machine is. */
function unlessAbsent<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
