import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import * as assert from "uvu/assert";
import { inSources } from "../../deploy/cli/source-places.ts";
import { spec } from "../harness/spec.ts";

spec("a place in a built file is told as the place in its source; what has no map stays", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-places-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const built = pathToFileURL(join(folder, "built.js")).href;
  // Second line of the built file, column 3 (from 0), is line 7, column 5 of the source: ";G" + VLQ(0, 6, 4).
  const map = { version: 3, sources: ["src/pump.ts"], names: [], mappings: ";GAMI" };
  for (const name of ["built.js", "cell.cjs"])
    writeFileSync(join(folder, `${name}.map`), JSON.stringify(map));
  const source = relative(process.cwd(), join(folder, "src/pump.ts"));
  assert.is(
    inSources(`at turn (${join(folder, "cell.cjs")}:2:4)`),
    `at turn (${source}:7:5)`,
    "a place in CommonJS is a path",
  );
  const other = pathToFileURL(join(folder, "other.js")).href;
  assert.is(
    inSources(`at turn (${built}:2:4)\nat RegExp.test (<anonymous>)\nat work (${other}:3:4)`),
    `at turn (${source}:7:5)\nat RegExp.test (<anonymous>)\nat work (${other}:3:4)`,
  );
});
