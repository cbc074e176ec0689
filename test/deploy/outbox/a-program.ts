/** Where the outbox's program is, and a folder for its store. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SpecContext } from "../../harness/spec.ts";

export const PROGRAM = fileURLToPath(new URL("../../../deploy/outbox/outbox-main.js", import.meta.url));

/** Gone with the test. */
export function storeFolder(t: Pick<SpecContext, "defer">): string {
  const base = mkdtempSync(join(tmpdir(), "holdfast-outbox-"));
  t.defer(() => rmSync(base, { recursive: true, force: true }));
  return join(base, "outbox");
}
