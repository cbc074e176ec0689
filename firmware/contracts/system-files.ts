/**
 * What Linux says about the machine through files (/proc/device-tree, /sys, /dev), read-only: the real ones, or
 * a tree that a test wrote by hand.
 */
export interface SystemFiles {
  /** A file's content; undefined when there is none or it cannot be read. */
  read(path: string): Uint8Array | undefined;
  /** Names in a folder, sorted; empty when there is none. */
  list(path: string): readonly string[];
}
