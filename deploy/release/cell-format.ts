/**
 * How the programs of the cells' threads are bundled. A dozen threads load one each, and every isolate keeps what it has
 * loaded, its text included (deploy/decisions/0028).
 */

/** Told to esbuild. */
export const CELL_FORMAT = {
  platform: "node",
  target: "node20",
  // A thread that has loaded an ES module keeps Node's loader for those: 0.5 MB.
  format: "cjs",
  outExtension: { ".js": ".cjs" },
  define: { "import.meta.url": "__url" },
  // Modules are strict, and so is all that is bundled with them.
  banner: { js: '"use strict";const __url=require("node:url").pathToFileURL(__filename).href;' },
  // A third of the text. Names stay, and lines are short enough for a place in a stack to be read.
  minifyWhitespace: true,
  lineLimit: 160,
} as const;
