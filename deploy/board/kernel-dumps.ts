/**
 * What a kernel left of itself when it gave up, where the machine keeps that: pstore, which needs memory that survives a reset
 * (on a Pi `dtoverlay=ramoops`), firmware or a disk for it. Without one nothing is found, and a panic looks as any other reset.
 */
import { createHash } from "node:crypto";
import type { SystemFiles } from "../../firmware/contracts/system-files.ts";

/** Where the kernel shows dumps until somebody removes them (Documentation/ABI/testing/pstore); for root only. */
export const STORE = "/sys/fs/pstore";
/** Where systemd-pstore.service(8) moves them at each boot. */
const ARCHIVE = "/var/lib/systemd/pstore";
/** More than a store holds; of an archive the newest. */
const MOST = 32;

/** Ids of all dumps that are there: one that was not there at the boot before is of its end. At most 32, sorted. */
export function kernelDumps(files: SystemFiles): readonly string[] {
  const dumps = files
    .list(STORE)
    .filter((name) => name.startsWith("dmesg-"))
    // Names come again: the store counts from 0.
    .map((name) => `${name}:${digest(files.read(`${STORE}/${name}`))}`);
  const archived = files.list(ARCHIVE).slice(-MOST);
  return [...archived, ...dumps].slice(-MOST).toSorted();
}

function digest(content: Uint8Array | undefined): string {
  return createHash("sha256")
    .update(content ?? new Uint8Array())
    .digest("hex")
    .slice(0, 16);
}
