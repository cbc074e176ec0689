/** A slot of Holdfast OS as one file: what a card carries as slot a, and what a release brings for the other one. */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SlotContent } from "../release/manifest.ts";
import { bootProgram } from "./boot-program.ts";
import { busyboxApplets } from "./busybox-applets.ts";
import { type DebianTree, debianTree, imageCache } from "./debian-packages.ts";
import { makeSquashfs } from "./file-systems.ts";
import { PACKAGES } from "./package-names.ts";
import { needTools, type Tool } from "./run-tool.ts";
import { slotContent } from "./slot-content.ts";
import { makeSlotRoot } from "./slot-root.ts";

export interface SlotOptions {
  /** An application that `buildApplication` laid out for linux-arm64. */
  readonly application: string;
  /** Where the slot goes: a file that is written over. */
  readonly out: string;
  readonly parts: SystemParts;
}

/** A slot that was made. */
export interface BuiltSlot {
  readonly bytes: number;
  readonly holds: SlotContent;
}

/** What Debian and this folder bring: the same for every board. */
export interface SystemParts {
  readonly debian: DebianTree;
  readonly busybox: Buffer;
  /** Path of boot-disk for arm64. */
  readonly bootDisk: string;
}

/** `dist/deploy/image` lies three folders below the checkout. */
export const SOURCES = fileURLToPath(new URL("../../../deploy/image/", import.meta.url));
const TOOLS: readonly Tool[] = ["apt-get", "dpkg-deb", "mksquashfs", "aarch64-linux-gnu-gcc"];

/**
 * Fetched and compiled where they are not in `cache` (default: the user's). `fresh` asks Debian for newer packages. Throws `ImageError` or
 * `ReleaseError`: what is missing, and what helps.
 */
export async function systemParts(
  options: { readonly cache?: string; readonly fresh?: boolean; readonly step?: (what: string) => void } = {},
): Promise<SystemParts> {
  const { cache = imageCache(), fresh = false, step = () => {} } = options;
  needTools(TOOLS);
  const debian = await debianTree(cache, PACKAGES, { fresh, step });
  const bootDisk = await bootProgram(join(SOURCES, "boot"), cache);
  return { debian, busybox: readFileSync(join(debian.root, "bin/busybox")), bootDisk };
}

/**
 * Makes a slot; the same application and packages give the same bytes. Throws `ImageError` or `ReleaseError`.
 */
export async function buildSlot({ application, out, parts }: SlotOptions): Promise<BuiltSlot> {
  const { debian, busybox, bootDisk } = parts;
  const work = mkdtempSync(join(tmpdir(), "holdfast-slot-"));
  try {
    const root = join(work, "root");
    const scripts = join(SOURCES, "slot");
    makeSlotRoot(root, {
      debian: debian.root,
      applets: busyboxApplets(busybox),
      ...{ scripts, application, bootDisk },
    });
    const holds = await slotContent(root);
    await makeSquashfs(out, root);
    return { bytes: statSync(out).size, holds };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
