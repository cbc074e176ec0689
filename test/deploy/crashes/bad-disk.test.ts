import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { equal, is, match } from "uvu/assert";
import { CrashFile } from "../../../deploy/crashes/crash-file.ts";
import { KeptCrashes } from "../../../deploy/crashes/kept-crashes.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { until } from "../../harness/until.ts";
import { LIFE } from "./a-crash.ts";

/** A file system of its own, in memory. */
function disk(t: SpecContext) {
  if (process.platform !== "linux" || userInfo().uid !== 0) t.skip("only root may mount a file system");
  const folder = mkdtempSync(join(tmpdir(), "holdfast-disk-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const place = join(folder, "state");
  mkdirSync(place);
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", place]);
  if (mounted.status !== 0) t.skip("this container may not mount a file system");
  // What was just written may still be open.
  t.defer(() => until("it is unmounted", () => spawnSync("umount", [place]).status === 0));
  const remount = (how: "ro" | "rw") =>
    until(
      `it is remounted ${how}`,
      () => spawnSync("mount", ["-o", `remount,${how}`, place], { stdio: "ignore" }).status === 0,
    );
  return { place, remount };
}

function reports(place: string) {
  const file = new CrashFile(place, "greenhouse");
  const notKept: string[] = [];
  const kept = new KeptCrashes(
    { file, life: LIFE, at: () => null, nowMs: () => 0, notKept: (why) => notKept.push(why) },
    undefined,
  );
  const causes = () =>
    file.read().flatMap((line) => (line.kind === "crash" && "cause" in line ? [line.cause] : []));
  const heard = (cause: string) => kept.heard({ kind: "crash", device: "climate", cause });
  return { notKept, causes, heard, file };
}

spec(
  "a disk that is full keeps what was there, says so once, and takes the rest when there is room",
  async (t) => {
    const { place } = disk(t);
    const { notKept, causes, heard, file } = reports(place);
    heard("a");
    await until("the first is kept", () => causes().includes("a"));
    const ballast = join(place, "ballast");
    let isFull = false;
    while (!isFull)
      try {
        writeFileSync(ballast, Buffer.alloc(1024), { flag: "a" });
      } catch {
        isFull = true;
      }
    const long = "b".repeat(3900);
    heard(long);
    await until("it is said", () => notKept.length > 0);
    heard(long);
    match(notKept[0]!, "ENOSPC");
    equal(causes(), ["a"]);
    rmSync(ballast);
    heard("c");
    await until("all are kept", () => causes().includes("c"));
    equal([causes(), notKept.length], [["a", long, long, "c"], 1]);
    is(file.read().length, 5, "nothing is there twice, or in parts");
  },
);

spec("a disk that has become read-only is said, and takes all when it can be written again", async (t) => {
  const { place, remount } = disk(t);
  const { notKept, causes, heard } = reports(place);
  heard("a");
  await until("the first is kept", () => causes().includes("a"));
  await remount("ro");
  heard("b");
  await until("it is said", () => notKept.length > 0);
  match(notKept[0]!, "EROFS: read-only file system");
  await remount("rw");
  heard("c");
  await until("all are kept", () => causes().includes("c"));
  equal(causes(), ["a", "b", "c"]);
});
