import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SystemFiles } from "../../../firmware/contracts/system-files.ts";

/** A folder; texts are files with text, arrays of numbers device-tree cells, arrays of texts device-tree strings. */
export interface Folder {
  readonly [name: string]: Folder | string | readonly number[] | readonly string[];
}

/** Files written by hand. */
export function fixtureFiles(root: Folder): SystemFiles {
  const at = (path: string) =>
    path
      .split("/")
      .filter((name) => name !== "")
      .reduce<Folder[string] | undefined>(
        (folder, name) => (isFolder(folder) ? folder[name] : undefined),
        root,
      );
  return {
    read: (path) => {
      const found = at(path);
      return found === undefined || isFolder(found) ? undefined : bytes(found);
    },
    list: (path) => {
      const found = at(path);
      return isFolder(found) ? Object.keys(found).sort() : [];
    },
  };
}

/** The same below a real folder. */
export function writeFiles(folder: string, files: Folder): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    if (isFolder(content)) {
      mkdirSync(path);
      writeFiles(path, content);
    } else {
      writeFileSync(path, bytes(content));
    }
  }
}

function isFolder(value: Folder[string] | undefined): value is Folder {
  return typeof value === "object" && !Array.isArray(value);
}

function bytes(content: string | readonly number[] | readonly string[]): Uint8Array {
  if (typeof content === "string") return Buffer.from(content);
  if (typeof content[0] === "string") return Buffer.from(`${content.join("\0")}\0`);
  const cells = Buffer.alloc(4 * content.length);
  for (const [index, cell] of content.entries()) cells.writeUInt32BE(Number(cell), 4 * index);
  return cells;
}
