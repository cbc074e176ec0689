/**
 * Places in built files as places in their sources, by the source maps that the build leaves beside them.
 *
 * Done where a stack is printed, and only when the files are there: on a Pi a map takes the kernel's thread 100 ms.
 */
import { readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** `file:///…/x.js:12:34` in a frame of a stack; of CommonJS `/…/x.cjs:12:34`. */
const PLACE = /(?:file:\/\/)?\/[^\s()]+?\.c?js:\d+:\d+/g;

/**
 * The stack with every place that is known in a source file told as that, relative to the working directory; the
 * others stay. Reads the maps each time: 20 to 40 ms for a cell's program.
 */
export function inSources(stack: string): string {
  const maps = new Map<string, SourceMap | undefined>();
  return stack.replace(PLACE, (place) => {
    const [, file = "", line, column] = /^(.*):(\d+):(\d+)$/.exec(place)!;
    const url = file.startsWith("/") ? pathToFileURL(file).href : file;
    if (!maps.has(url)) maps.set(url, mapOf(url));
    const entry = maps.get(url)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (entry === undefined || !("originalSource" in entry)) return place;
    const source = fileURLToPath(new URL(entry.originalSource, url));
    return `${relative(process.cwd(), source)}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
}

function mapOf(url: string): SourceMap | undefined {
  try {
    const text = readFileSync(fileURLToPath(`${url}.map`), "utf8");
    return new SourceMap(JSON.parse(text) as SourceMapPayload);
  } catch {
    return undefined; // built without a map: its own places have to do
  }
}
