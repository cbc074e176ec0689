/**
 * The partition table in the first sector of a card (the "MBR": UEFI Specification 2.10, 5.2.1). A Pi's boot ROM reads this
 * kind, and no other one on every model.
 */

export const SECTOR_BYTES = 512;

/** What a partition holds, by its type byte. */
export const PARTITION_TYPE = { fat32: 0x0c, linux: 0x83 } as const;

export interface Partition {
  readonly type: (typeof PARTITION_TYPE)[keyof typeof PARTITION_TYPE];
  /** First sector, and how many. */
  readonly start: number;
  readonly sectors: number;
}

const ENTRIES_AT = 446;
const ENTRY_BYTES = 16;
const MAX_ENTRIES = 4;
/** Cylinder, head and sector are of no use today: this stands for "see the sector numbers". */
const NO_GEOMETRY = [0xfe, 0xff, 0xff];

/** One sector. The first partition is marked as the one to boot. Throws RangeError for what cannot be written down. */
export function partitionTable(signature: number, partitions: readonly Partition[]): Buffer {
  if (partitions.length > MAX_ENTRIES) throw new RangeError(`${partitions.length} partitions, of 4`);
  const sector = Buffer.alloc(SECTOR_BYTES);
  sector.writeUInt32LE(signature, 440);
  let free = 1;
  for (const [index, { type, start, sectors }] of partitions.entries()) {
    if (start < free || sectors < 1 || start + sectors > 0xffff_ffff)
      throw new RangeError(`partition ${index + 1} of ${sectors} sectors at ${start} does not fit`);
    free = start + sectors;
    const at = ENTRIES_AT + ENTRY_BYTES * index;
    sector[at] = index === 0 ? 0x80 : 0;
    sector.set(NO_GEOMETRY, at + 1);
    sector[at + 4] = type;
    sector.set(NO_GEOMETRY, at + 5);
    sector.writeUInt32LE(start, at + 8);
    sector.writeUInt32LE(sectors, at + 12);
  }
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}
