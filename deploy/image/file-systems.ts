/** The file systems of a card, each in a file: made without root, mounts or loop devices. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { runTool } from "./run-tool.ts";

/** The boot partition, FAT32, with the files of a folder. */
export async function makeFat(file: string, folder: string, mib: number): Promise<void> {
  const label = ["-v", "BOOT", "-N", "484f4c44"];
  await runTool("mformat", ["-C", "-F", "-i", file, "-T", String(mib * 2048), ...label, "::"]);
  const names = readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));
  await runTool("mcopy", ["-i", file, "-s", "-m", ...names, "::/"]);
}

/** A slot: compressed, read-only, everything root's and of time 0, so that the same folder gives the same bytes. */
export async function makeSquashfs(file: string, folder: string): Promise<void> {
  const words = ["-noappend", "-all-root", "-no-xattrs", "-no-progress", "-quiet", "-comp", "zstd"];
  // Times beyond this one become this one; it refuses options for times where the variable is set by somebody else.
  await runTool("mksquashfs", [folder, file, ...words], { env: { SOURCE_DATE_EPOCH: "0" } });
}

/** The data partition, ext4, with the files of a folder; it can grow to the size of a card. */
export async function makeExt4(file: string, folder: string, mib: number): Promise<void> {
  await runTool("mke2fs", [
    ...["-q", "-F", "-t", "ext4", "-b", "4096", "-i", "16384", "-m", "1", "-L", "data"],
    ...["-E", "root_owner=0:0,lazy_itable_init=0", "-d", folder, file, `${mib}M`],
  ]);
}
