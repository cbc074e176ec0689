/** A folder of this machine as entries for a file system, all of them root's. */
import { readdirSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Ext4Entry } from "./ext4-part.ts";

/** `at`: where the folder is to lie; it is among the entries. Programs stay programs; nobody but root writes. */
export function treeEntries(folder: string, at: string): Ext4Entry[] {
  const entries: Ext4Entry[] = [{ path: at, folder: true, mode: 0o755 }];
  for (const found of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    const [from, path] = [join(folder, found.name), `${at}/${found.name}`];
    if (found.isDirectory()) entries.push(...treeEntries(from, path));
    else if (found.isSymbolicLink()) entries.push({ path, linkTo: readlinkSync(from) });
    else if (found.isFile())
      entries.push({ path, from, mode: (statSync(from).mode & 0o111) === 0 ? 0o644 : 0o755 });
    else throw new TypeError(`${from} is neither file nor folder nor link`);
  }
  return entries;
}

/** What it takes on a disk with blocks of 4 KiB, bytes. */
export function treeBytes(entries: readonly Ext4Entry[]): number {
  const BLOCK = 4096;
  return entries.reduce((sum, entry) => {
    const bytes =
      "from" in entry ? statSync(entry.from).size : "text" in entry ? Buffer.byteLength(entry.text) : 1;
    return sum + Math.ceil(bytes / BLOCK) * BLOCK;
  }, 0);
}
