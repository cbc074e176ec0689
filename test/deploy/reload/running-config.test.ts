import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is } from "uvu/assert";
import { copyForThisLife, makeRunning, writeNext } from "../../../deploy/reload/running-config.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";

const modeOf = (file: string) => statSync(file).mode & 0o777;

/** A folder with a configuration that everybody may read. */
function places(t: SpecContext) {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-running-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "board.config.json");
  writeFileSync(file, "one");
  chmodSync(file, 0o644);
  return { folder, file };
}

spec("only the board reads its copy, and what is to take its place, whoever may read the file", (t) => {
  if (process.platform === "win32") t.skip("it has no modes");
  const { folder, file } = places(t);
  const copy = copyForThisLife(file, folder)!;
  is(modeOf(copy), 0o600);
  writeFileSync(`${copy}.next`, "of an older release, for everybody", { mode: 0o644 });
  const next = writeNext(copy, "two");
  equal([modeOf(next), readFileSync(next, "utf8"), readFileSync(copy, "utf8")], [0o600, "two", "one"]);
  makeRunning(copy);
  equal([modeOf(copy), readFileSync(copy, "utf8"), existsSync(next)], [0o600, "two", false]);
});

spec("a file that nobody may write is copied again at each start", (t) => {
  const { folder, file } = places(t);
  chmodSync(file, 0o444);
  copyForThisLife(file, folder);
  rmSync(file, { force: true });
  writeFileSync(file, "two", { mode: 0o444 });
  is(readFileSync(copyForThisLife(file, folder)!, "utf8"), "two");
});

spec("without a file to copy, or a place for it, there is no copy", (t) => {
  const { folder, file } = places(t);
  is(copyForThisLife(file, undefined), undefined);
  is(copyForThisLife(join(folder, "none.json"), folder), undefined);
});
