/**
 * The file systems of a card, each in a file: made without root, mounts or loop devices. The same folder gives the same bytes, whenever and
 * by whomever it is made: no time, no number of this machine gets into them.
 */
import { lutimesSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runTool } from "./run-tool.ts";

/** FAT begins to count in 1980 (Microsoft FAT32 File System Specification 1.03, page 25). */
const FAT_TIME_S = 315_532_800;
/** Of a data partition, and what its folders are hashed with: nobody looks for it by that, it is the fourth of its card. */
const EXT4_ID = "484f4c44-0000-4000-8000-64617461cafe";

/** The boot partition, FAT32, with the files of a folder, whose times change. */
export async function makeFat(file: string, folder: string, mib: number): Promise<void> {
  const env = { SOURCE_DATE_EPOCH: String(FAT_TIME_S), TZ: "UTC" };
  setTimes(folder, FAT_TIME_S);
  const label = ["-v", "BOOT", "-N", "484f4c44"];
  await runTool("mformat", ["-C", "-F", "-i", file, "-T", String(mib * 2048), ...label, "::"], { env });
  const names = readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));
  await runTool("mcopy", ["-i", file, "-s", "-m", ...names, "::/"], { env });
}

/** A slot: compressed, read-only, everything root's and of time 0. */
export async function makeSquashfs(file: string, folder: string): Promise<void> {
  const words = ["-noappend", "-all-root", "-no-xattrs", "-no-progress", "-quiet", "-comp", "zstd"];
  // Times beyond this one become this one; it refuses options for times where the variable is set by somebody else.
  await runTool("mksquashfs", [folder, file, ...words], { env: { SOURCE_DATE_EPOCH: "0" } });
}

/** The data partition, ext4, with the files of a folder, whose times change; it can grow to the size of a card. */
export async function makeExt4(file: string, folder: string, mib: number): Promise<void> {
  const env = { E2FSPROGS_FAKE_TIME: "1", TZ: "UTC" };
  const names = setTimes(folder, 0);
  await runTool(
    "mke2fs",
    [
      ...["-q", "-F", "-t", "ext4", "-b", "4096", "-i", "16384", "-m", "1", "-L", "data", "-U", EXT4_ID],
      ...["-E", `root_owner=0:0,lazy_itable_init=0,hash_seed=${EXT4_ID}`, "-d", folder, file, `${mib}M`],
    ],
    { env },
  );
  // When an entry was changed (ctime) no program can say of its own files, and mke2fs copies it.
  const commands = ["/", ...names.map((name) => `/${name}`)].map((path) => `sif "${path}" ctime @0\n`);
  writeFileSync(`${file}.commands`, commands.join(""));
  await runTool("debugfs", ["-w", "-f", `${file}.commands`, file], { env });
  rmSync(`${file}.commands`);
}

/** Of all that is in it, and of itself; the names, sorted. */
function setTimes(folder: string, seconds: number): readonly string[] {
  const names = (readdirSync(folder, { recursive: true }) as string[]).sort();
  for (const name of ["", ...names]) lutimesSync(join(folder, name), seconds, seconds);
  return names;
}
