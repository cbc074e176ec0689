import { existsSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is, ok } from "uvu/assert";
import { CrashFile } from "../../../deploy/crashes/crash-file.ts";
import { crashLineText } from "../../../deploy/crashes/crash-record.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { begin, crash } from "./a-crash.ts";

function file(t: SpecContext, mostBytes?: number): CrashFile {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-crashes-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  return new CrashFile(folder, "greenhouse", mostBytes);
}

const plain = { head: "", sync: false, torn: false };

spec("a board without a folder has no crashes, and gets the folder with the first", async (t) => {
  const crashes = file(t);
  equal(crashes.read(), []);
  await crashes.append(crashLineText(crash(2)), { ...plain, sync: true });
  equal(crashes.read(), [crash(2)]);
});

spec("a file that is full becomes the old one, and the new one begins with its life", async (t) => {
  const most = 2000;
  const crashes = file(t, most);
  const head = crashLineText(begin());
  for (let n = 2; n < 200; n++) {
    await crashes.append(crashLineText(crash(n)), { ...plain, head });
    ok(statSync(crashes.path).size <= most + head.length);
  }
  ok(existsSync(crashes.oldPath));
  ok(statSync(crashes.oldPath).size <= most);
  const lines = crashes.read();
  is(lines.filter(({ kind }) => kind === "begin").length, 1, "the same mark twice counts once");
  const numbers = lines.filter(({ kind }) => kind === "crash").map(({ n }) => n);
  const first = numbers[0]!;
  equal(
    numbers,
    Array.from({ length: 200 - first }, (_, n) => first + n),
    "the newest, without a gap",
  );
  ok(first > 100 && numbers.length > 10, `${numbers.length} are left`);
});

spec("a file that ends in the middle of a line loses that line and no other", async (t) => {
  const crashes = file(t);
  await crashes.append(crashLineText(crash(2)) + crashLineText(crash(3)), plain);
  truncateSync(crashes.path, statSync(crashes.path).size - 10);
  await crashes.append(crashLineText(crash(4)), { ...plain, torn: true });
  crashes.appendNow(crashLineText(crash(5)));
  equal(
    crashes.read().map(({ n }) => n),
    [2, 4, 5],
  );
});

spec("a state folder that takes nothing is an error of the write, and reads as empty", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-crashes-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "greenhouse"), "a file where a folder should be");
  const crashes = new CrashFile(folder, "greenhouse");
  const failed = await crashes.append(crashLineText(crash(2)), plain).then(
    () => "",
    (error: NodeJS.ErrnoException) => error.code,
  );
  is(failed, "EEXIST");
  equal(crashes.read(), []);
});
