/**
 * Bundles the programs of the cells' threads, each into one file: a dozen threads load them at every start, and
 * 45 small files a thread cost more than everything else they do.
 */
import { join } from "node:path";
import { build } from "esbuild";
import { root } from "./prepare.mjs";

// Compiled by now, as what is bundled here.
const { CELL_FORMAT } = await import("../../dist/deploy/release/cell-format.js");
const compiled = (name) => join(root, "dist/deploy/board", `${name}.js`);

await build({
  entryPoints: [compiled("device-thread"), compiled("mqtt-thread"), compiled("reload-thread")],
  outdir: join(root, "dist/cells"),
  bundle: true,
  ...CELL_FORMAT,
  logLevel: "warning",
  // For the stack of a cell that hung: who reads it looks for the line in the source.
  sourcemap: true,
  sourcesContent: false,
});
