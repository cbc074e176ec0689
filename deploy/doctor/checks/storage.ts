import { textFile } from "../../../firmware/board/text-file.ts";
import type { Check, Examination } from "../examination.ts";
import type { Finding } from "../finding.ts";
import type { Machine, Space } from "../machine.ts";

/** Below the first it is a problem, below the second advice, as shares of the file system. */
const FULL = 0.02;
const TIGHT = 0.1;
/** A large card is not full at a tenth. */
const ENOUGH_BYTES = 500e6;

/** Cards and file systems: errors, wear where it is told, what cannot be written, space, swap on the card. */
export const checkStorage: Check = (examination) => [
  ...rootFindings(examination.machine),
  ...errorFindings(examination.machine),
  ...cardFindings(examination.machine),
  ...spaceFindings(examination.machine),
  ...swapFindings(examination),
];

/** ext4 turns a file system read-only after an error, and so may people, who want it so. */
function rootFindings({ files }: Machine): Finding[] {
  const root = mounts(textFile(files, "/proc/mounts") ?? "").findLast(({ at }) => at === "/");
  if (root === undefined) return [];
  const id = "storage.root";
  const where = root.device;
  const readOnly = root.options.includes("ro");
  const broken = errorCounts({ files }).length > 0;
  if (readOnly && broken) {
    const what = `the root (${root.type}) has become read-only because of errors: nothing is kept`;
    const remedy = "save what you need, check the card in another machine (sudo fsck -f), and replace it";
    return [{ id, verdict: "problem", what, where, remedy }];
  }
  return [{ id, verdict: "ok", what: `root: ${root.type}, ${readOnly ? "read-only" : "writable"}`, where }];
}

function errorFindings(machine: Pick<Machine, "files">): Finding[] {
  return errorCounts(machine).map(({ device, errors, where }) => ({
    id: "storage.errors",
    verdict: "problem",
    what: `ext4 found ${errors} error${errors === 1 ? "" : "s"} on ${device}: the card loses data`,
    where,
    remedy: "copy the card to a new one; fsck.repair=yes in cmdline.txt checks it at the next start",
  }));
}

/** eMMC tells its wear (JESD84-B51, 7.4.107: tenths used, 0x0b beyond); SD cards do not. */
function cardFindings({ files }: Machine): Finding[] {
  return files
    .list("/sys/block")
    .filter((name) => /^mmcblk\d+$/.test(name))
    .map((name): Finding => {
      const id = "storage.card";
      const where = `/sys/block/${name}/device`;
      const says = (attribute: string) => textFile(files, `${where}/${attribute}`);
      const kind = says("type") === "MMC" ? "eMMC" : "SD card";
      const part = `${kind} ${says("name") ?? name}, made ${says("date") ?? "?"}`;
      const lives = (says("life_time") ?? "")
        .split(" ")
        .map(Number)
        .filter((tenths) => tenths > 0);
      const used = Math.max(0, ...lives);
      if (lives.length === 0) return { id, verdict: "ok", what: `${part}; it does not tell its wear`, where };
      const words = used > 10 ? "beyond its life" : `${(used - 1) * 10} to ${used * 10} % of its life used`;
      const what = `${part}: ${words}`;
      if (used < 8) return { id, verdict: "ok", what, where };
      const remedy =
        "plan its replacement; the board itself writes settings and ladders, and what waits for a broker that is away";
      return { id, verdict: used > 9 ? "problem" : "advice", what, where, remedy };
    });
}

function spaceFindings({ space, software: { stateFolder } }: Machine): Finding[] {
  const id = "storage.space";
  const room = space(stateFolder);
  if (room === undefined) return [];
  const free = share(room);
  const what = `${size(room.freeBytes)} of ${size(room.totalBytes)} free where settings are kept`;
  const where = stateFolder;
  if (free >= TIGHT || (room.freeBytes >= ENOUGH_BYTES && free >= FULL))
    return [{ id, verdict: "ok", what, where }];
  const remedy =
    "sudo journalctl --vacuum-size=100M, sudo apt clean; du -xh / | sort -h | tail shows what is large";
  return [{ id, verdict: free < FULL ? "problem" : "advice", what, where, remedy }];
}

/** Pages on a card wear it, and bring them back in tens of milliseconds. */
function swapFindings({ machine: { files }, board }: Examination): Finding[] {
  if (board === undefined) return [];
  const [, ...rows] = (textFile(files, "/proc/swaps") ?? "").split("\n");
  return rows.flatMap((row): Finding[] => {
    const [device = "", kind] = row.split(/\s+/);
    if (!(kind === "file" || device.startsWith("/dev/mmcblk"))) return [];
    const what = `swap on the card (${device}): what is fetched from it is late by tens of milliseconds, and it wears the card`;
    const remedy =
      "sudo dphys-swapfile swapoff && sudo systemctl disable dphys-swapfile, or zram in its place";
    return [{ id: "storage.swap", verdict: "advice", what, where: "/proc/swaps", remedy }];
  });
}

function errorCounts({ files }: Pick<Machine, "files">) {
  return files.list("/sys/fs/ext4").flatMap((device) => {
    const where = `/sys/fs/ext4/${device}/errors_count`;
    const errors = Number(textFile(files, where) ?? 0);
    return errors > 0 ? [{ device, errors, where }] : [];
  });
}

function mounts(table: string) {
  return table.split("\n").flatMap((line) => {
    const [device, at, type, options] = line.split(" ");
    return device === undefined || at === undefined || type === undefined || options === undefined
      ? []
      : [{ device, at, type, options: options.split(",") }];
  });
}

/** The scarcer of bytes and files. */
function share({ freeBytes, totalBytes, freeFiles, totalFiles }: Space): number {
  const files = totalFiles > 0 ? freeFiles / totalFiles : 1;
  return Math.min(totalBytes > 0 ? freeBytes / totalBytes : 0, files);
}

function size(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}
