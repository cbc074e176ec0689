/** What a slot holds, as its release says it: so that a board can tell which change between two of them is safe without a restart. */
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { SlotContent } from "../release/manifest.ts";
import { describeFiles } from "../release/packed-files.ts";
import { SLOT_APPLICATION } from "../update/update-place.ts";

/** `root`: a folder that `makeSlotRoot` laid out. Throws `ReleaseError` for a file of the application that no release may have. */
export async function slotContent(root: string): Promise<SlotContent> {
  return { system: systemHash(root), files: await describeFiles(join(root, SLOT_APPLICATION)) };
}

/** SHA-256, hex, of every path beside the application, in their order, with its kind, and what it holds or leads to. */
function systemHash(root: string): string {
  const hash = createHash("sha256");
  const names = (readdirSync(root, { recursive: true }) as string[]).sort();
  for (const name of names.filter((one) => !one.startsWith(`${SLOT_APPLICATION}/`))) {
    const path = join(root, name);
    const found = lstatSync(path);
    const [kind, content] = found.isSymbolicLink()
      ? ["link", readlinkSync(path)]
      : found.isDirectory()
        ? ["folder", ""]
        : [`file ${(found.mode & 0o777).toString(8)}`, readFileSync(path)];
    hash.update(`${name}\0${kind}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}
