/** A file system of its own, which can be full or read-only. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SpecContext } from "../../harness/spec.ts";

/** Its folder; the test is skipped where nothing can be mounted. Gone with the test. */
export function smallCard(t: SpecContext, megabytes: number): string {
  const mount = mkdtempSync(join(tmpdir(), "holdfast-card-"));
  t.defer(() => rmSync(mount, { recursive: true, force: true }));
  const { status, stderr } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", mount], {
    encoding: "utf8",
  });
  if (status !== 0) t.skip(`no file system can be mounted here: ${stderr?.trim() ?? "no mount"}`);
  t.defer(() => spawnSync("umount", ["-l", mount]));
  return mount;
}
