/**
 * What a machine wrote to its card, in order, as QEMU's block driver `blklogwrites` keeps it: the format of Linux' dm-log-writes
 * (Documentation/admin-guide/device-mapper/log-writes.rst). Numbers are little-endian; a sector is 512 bytes.
 *
 * | sector | what |
 * | --- | --- |
 * | 0 | magic, version, count of entries at the last flush, bytes of a sector |
 * | then, for each write | a sector of its own: where, how many sectors, flags; after it what was written |
 */
import { closeSync, openSync, readSync, statSync } from "node:fs";

export const SECTOR_BYTES = 512;

const MAGIC = 0x6a736677736872n;
/** A flush: what was written before is on the card. */
const FLUSH = 1n;
/** A discard has no data behind it; machines of tests have none. */
const DISCARD = 4n;

/** One write, or a flush, which has no bytes. */
export interface LoggedWrite {
  /** First byte on the card. */
  readonly at: number;
  readonly bytes: number;
  readonly isFlush: boolean;
  /** Where in the log its bytes are. */
  readonly from: number;
}

/** The arguments of a virtio disk whose writes are kept in `log`, an empty file that is there. It cannot discard, nor write zeros without data. */
export function loggedDisk(card: string, log: string): string[] {
  return [
    ...["-blockdev", `driver=file,filename=${card},node-name=card-file`],
    ...["-blockdev", `driver=file,filename=${log},node-name=log-file`],
    ...["-blockdev", "driver=blklogwrites,file=card-file,log=log-file,node-name=card"],
    ...["-device", "virtio-blk-pci,drive=card,discard=off,write-zeroes=off"],
  ];
}

/** All entries of a log whose machine is off; also those after its last flush, which its first sector does not count. Throws an Error for a file that is no log. */
export function readWriteLog(log: string): LoggedWrite[] {
  const end = statSync(log).size;
  const file = openSync(log, "r");
  const sector = Buffer.alloc(SECTOR_BYTES);
  const entries: LoggedWrite[] = [];
  try {
    readSync(file, sector, 0, SECTOR_BYTES, 0);
    if (sector.readBigUInt64LE(0) !== MAGIC || sector.readUInt32LE(24) !== SECTOR_BYTES)
      throw new Error(`${log} is no log of writes in sectors of ${SECTOR_BYTES} bytes`);
    const counted = Number(sector.readBigUInt64LE(16));
    for (let at = SECTOR_BYTES; at + SECTOR_BYTES <= end; ) {
      readSync(file, sector, 0, SECTOR_BYTES, at);
      const flags = sector.readBigUInt64LE(16);
      const bytes = Number(sector.readBigUInt64LE(8)) * SECTOR_BYTES;
      const isNone = bytes === 0 && flags === 0n;
      if (isNone && entries.length >= counted) break; // the machine was switched off within an entry
      if (isNone || (flags & DISCARD) !== 0n)
        throw new Error(`${log}: entry ${entries.length} at byte ${at} is none that was expected`);
      const from = at + SECTOR_BYTES;
      if (from + bytes > end) break;
      const first = Number(sector.readBigUInt64LE(0)) * SECTOR_BYTES;
      entries.push({ at: first, bytes, isFlush: (flags & FLUSH) !== 0n, from });
      at = from + bytes;
    }
  } finally {
    closeSync(file);
  }
  return entries;
}
