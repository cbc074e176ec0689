/** Entries as lines of a file: what was written stays when its process is killed. */
import { openSync, readFileSync, writeSync } from "node:fs";
import type { Entry } from "../history/entry.ts";

export class HistoryFile {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, "a");
  }

  write(entry: Entry): void {
    writeSync(this.#file, `${JSON.stringify(entry)}\n`);
  }
}

/** Every whole line of these files, in order of time; those of one process stay in theirs. */
export function readHistory(paths: readonly string[]): Entry[] {
  return paths
    .flatMap((path) => readFileSync(path, "utf8").split("\n").slice(0, -1))
    .map((line) => JSON.parse(line) as Entry)
    .sort((a, b) => a.atUs - b.atUs);
}
