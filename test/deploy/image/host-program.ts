import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SpecContext } from "../../harness/spec.ts";

/** Seen from dist/test/deploy/image. */
const SOURCES = fileURLToPath(new URL("../../../../deploy/image/boot/", import.meta.url));

/** boot-disk compiled for this machine, with every check that the compiler has. Skips where there is no compiler. */
export function hostProgram(t: SpecContext): string {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-boot-disk-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const program = join(folder, "boot-disk");
  const units = readdirSync(SOURCES)
    .filter((name) => name.endsWith(".c"))
    .map((name) => join(SOURCES, name));
  const checks = ["-Wall", "-Wextra", "-Werror", "-fsanitize=undefined", "-fno-sanitize-recover"];
  const { status, stderr, error } = spawnSync("gcc", ["-O1", ...checks, "-o", program, ...units]);
  if (error !== undefined) t.skip("there is no gcc");
  if (status !== 0) throw new Error(String(stderr));
  return program;
}
