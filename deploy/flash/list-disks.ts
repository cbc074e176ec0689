/** Asks the system for its disks. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { type Disk, inGb, LSBLK_COLUMNS, obstacle, readDisks } from "./disk.ts";
import { FlashError } from "./flash-error.ts";

/**
 * All disks with a medium. `HOLDFAST_DISKS` names a file with what lsblk would print, whose paths may be those of files: so that everything
 * can be tried without a card. Throws `FlashError` where there is no lsblk.
 */
export function listDisks(): Disk[] {
  const file = process.env.HOLDFAST_DISKS;
  if (file) return readDisks(readFileSync(file, "utf8"), () => false);
  const { status, stdout, stderr, error } = spawnSync(
    "lsblk",
    ["--json", "--bytes", "--output", LSBLK_COLUMNS],
    { encoding: "utf8", timeout: 20_000 },
  );
  if (status === 0) return readDisks(stdout, isCard);
  const why =
    (error as NodeJS.ErrnoException | undefined)?.code === "ENOENT" ? "lsblk is missing" : stderr.trim();
  const help =
    process.platform === "linux"
      ? "lsblk is part of util-linux"
      : "cards are written on Linux only; elsewhere use --out card.img and write that file with Raspberry Pi Imager";
  throw new FlashError("noDisks", `the disks of this machine cannot be listed: ${why}; ${help}`, error);
}

/** An SD card, not an eMMC that is soldered in (Documentation/mmc/mmc-dev-attrs: `type` in the kernel's sources). */
function isCard(name: string): boolean {
  if (!/^mmcblk\d+$/.test(name)) return false;
  try {
    return readFileSync(`/sys/block/${name}/device/type`, "utf8").trim() === "SD";
  } catch {
    return false;
  }
}

/** The disk that is meant by `/dev/sda` or `sda`. Throws `FlashError` when nothing may be written to it. */
export function chosenDisk(word: string, disks: readonly Disk[]): Disk {
  const disk = disks.find(({ path, name }) => path === word || name === word);
  if (disk === undefined) {
    const whole = disks.find(({ path }) => word.startsWith(path) && /^p?\d+$/.test(word.slice(path.length)));
    const what = whole === undefined ? "no disk of this machine" : `a partition; its disk is ${whole.path}`;
    throw new FlashError("noSuchDisk", `${word} is ${what}. ${offer(disks)}`);
  }
  const no = obstacle(disk);
  if (no !== undefined) throw new FlashError(no.code, `nothing was written to ${disk.path}: ${no.why}`);
  return disk;
}

/** Which disks could be written. */
export function offer(disks: readonly Disk[]): string {
  const free = disks.filter((disk) => obstacle(disk) === undefined);
  if (free.length === 0)
    return "No card or USB drive is here that can be written: put one in, and see holdfast flash --list";
  return `What can be written: ${free.map(({ path, bytes }) => `${path} (${inGb(bytes)})`).join(", ")}`;
}
