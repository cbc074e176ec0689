import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SpecContext } from "../../harness/spec.ts";

/** A folder that goes with the test. */
export function aFolder(t: SpecContext): string {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-keys-test-"));
  t.defer(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A file in it; its path. */
export function aFile(folder: string, name: string, text: string, mode = 0o600): string {
  const file = join(folder, name);
  writeFileSync(file, text, { mode });
  return file;
}
