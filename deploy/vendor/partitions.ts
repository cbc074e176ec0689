/** The two partitions of a Raspberry Pi OS image: `bootfs` (FAT) and `rootfs` (ext4), by its partition table (UEFI 2.10, 5.2.1). */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { PARTITION_TYPE, SECTOR_BYTES } from "../image/partition-table.ts";
import { VendorError } from "./vendor-error.ts";

/** In bytes from the image's start. */
export interface Extent {
  readonly offset: number;
  readonly bytes: number;
}

export interface VendorPartitions {
  readonly boot: Extent;
  readonly root: Extent;
}

const ENTRIES_AT = 446;
const ENTRY = 16;
/** Type bytes of FAT with sector numbers. */
const FAT = [0x0b, 0x0c, 0x0e];

/** Throws `VendorError` for another layout. */
export function readPartitions(image: string): VendorPartitions {
  const fd = openSync(image, "r");
  try {
    const sector = Buffer.alloc(SECTOR_BYTES);
    readSync(fd, sector, 0, SECTOR_BYTES, 0);
    const entries = [0, 1, 2, 3].map((index) => {
      const at = ENTRIES_AT + ENTRY * index;
      return {
        type: sector[at + 4]!,
        offset: sector.readUInt32LE(at + 8) * SECTOR_BYTES,
        bytes: sector.readUInt32LE(at + 12) * SECTOR_BYTES,
      };
    });
    const [boot, root, ...others] = entries;
    const { size } = fstatSync(fd);
    const fits = (each: Extent) => each.offset > 0 && each.bytes > 0 && each.offset + each.bytes <= size;
    if (
      sector.readUInt16LE(510) === 0xaa55 &&
      FAT.includes(boot!.type) &&
      root!.type === PARTITION_TYPE.linux &&
      fits(boot!) &&
      fits(root!) &&
      others.every(({ type }) => type === 0)
    )
      return { boot: extent(boot!), root: extent(root!) };
  } finally {
    closeSync(fd);
  }
  const wanted =
    "expected a FAT partition and a Linux partition behind it, as Raspberry Pi OS Lite (64-bit) has them";
  throw new VendorError("notRaspberryPiOs", `${image} has other partitions; ${wanted}`);
}

function extent({ offset, bytes }: Extent): Extent {
  return { offset, bytes };
}

/** Gives the root partition another length, and the image the end that belongs to it. */
export function setRootBytes(image: string, { root }: VendorPartitions, bytes: number): void {
  const fd = openSync(image, "r+");
  try {
    ftruncateSync(fd, root.offset + bytes);
    const sectors = Buffer.alloc(4);
    sectors.writeUInt32LE(bytes / SECTOR_BYTES);
    writeSync(fd, sectors, 0, 4, ENTRIES_AT + ENTRY + 12);
  } finally {
    closeSync(fd);
  }
}
