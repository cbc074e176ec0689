import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { is, match, not } from "uvu/assert";
import { onTimeFile } from "../../deploy/board/on-time-file.ts";
import { type SpecContext, spec } from "../harness/spec.ts";

/** A folder of its own in memory, where the machine has such a place. */
function inMemory(t: SpecContext): string {
  const folder = mkdtempSync("/dev/shm/holdfast-test-");
  t.defer(() => rmSync(folder, { recursive: true }));
  return folder;
}

spec("the boot service's folder comes first; the file is the board's and its state folder's", (t) => {
  const folder = inMemory(t);
  const environment = { HOLDFAST_KEPT: folder, XDG_RUNTIME_DIR: "/run/user/0" };
  const { file } = onTimeFile(environment, "greenhouse", "/var/lib/holdfast");
  match(file!, new RegExp(`^${folder}/greenhouse-[0-9a-f]{8}\\.on-times$`));
  is(onTimeFile(environment, "greenhouse", "/var/lib/holdfast").file, file);
  is.not(onTimeFile(environment, "greenhouse", "/home/pi/other").file, file);
});

spec("without a service it is in a folder of the user's", (t) => {
  const folder = inMemory(t);
  const { file } = onTimeFile({ XDG_RUNTIME_DIR: folder }, "greenhouse", "/var/lib/holdfast");
  match(file!, `${folder}/holdfast/greenhouse-`);
});

spec("a folder on a disk is not used: the reason is said", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "on-times-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const { file, why } = onTimeFile({ HOLDFAST_KEPT: folder }, "greenhouse", "/var/lib/holdfast");
  if (file !== undefined) return t.skip(`${tmpdir()} is in memory here`);
  is(why, `${folder} is not in memory`);
  not(file);
});

spec("a folder that cannot be made is said", () => {
  match(onTimeFile({ HOLDFAST_KEPT: "/proc/holdfast" }, "greenhouse", "/x").why!, /ENOENT|EACCES/);
});
