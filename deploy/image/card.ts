/** A card as one file: partition table, slot record, and four partitions. */
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from "node:fs";
import { ImageError } from "./image-error.ts";
import { PARTITION_TYPE, type Partition, partitionTable, SECTOR_BYTES } from "./partition-table.ts";

/** There are keys and passwords in it: its owner's alone, also where a file of that name was there. */
const SECRET = 0o600;
const MIB = 1_048_576;
const MIB_SECTORS = MIB / SECTOR_BYTES;
/** "HOLD" as a board's first process finds it at byte 440. */
const SIGNATURE = Buffer.from("HOLD").readUInt32LE();

/** Sizes in MiB. A slot may grow to three times what it is now; data takes the rest of the card at the first boot. */
export const SIZES = { boot: 64, slot: 128, data: 64 } as const;

/** Where each part begins and how long it is, in MiB. Partitions begin at full MiB: the card's own blocks are no larger. */
export const PLACES = {
  boot: { from: 1, mib: SIZES.boot },
  slotA: { from: 1 + SIZES.boot, mib: SIZES.slot },
  slotB: { from: 1 + SIZES.boot + SIZES.slot, mib: SIZES.slot },
  data: { from: 1 + SIZES.boot + 2 * SIZES.slot, mib: SIZES.data },
} as const;

export interface CardParts {
  /** Files; slot b stays empty. */
  readonly boot: string;
  readonly slotA: string;
  readonly data: string;
  /** Two sectors below the first partition. */
  readonly slotRecord: { readonly sector: number; readonly content: Uint8Array };
}

/** Writes the card; places of zeros stay holes of the file. Throws `ImageError`: "tooLarge", "notWritten". */
export function writeCard(file: string, parts: CardParts): void {
  for (const name of ["boot", "slotA", "data"] as const) {
    const bytes = statSync(parts[name]).size;
    const most = PLACES[name].mib * MIB;
    if (bytes > most)
      throw new ImageError("tooLarge", `${name} takes ${bytes} bytes, and has ${most}: leave drivers out`);
  }
  const partitions = Object.entries(PLACES).map(
    ([name, { from, mib }]): Partition => ({
      type: name === "boot" ? PARTITION_TYPE.fat32 : PARTITION_TYPE.linux,
      start: from * MIB_SECTORS,
      sectors: mib * MIB_SECTORS,
    }),
  );
  try {
    const card = openSync(file, "w", SECRET);
    try {
      fchmodSync(card, SECRET);
      ftruncateSync(card, (PLACES.data.from + PLACES.data.mib) * MIB);
      writeSync(card, partitionTable(SIGNATURE, partitions), 0, SECTOR_BYTES, 0);
      const { sector, content } = parts.slotRecord;
      writeSync(card, content, 0, content.length, sector * SECTOR_BYTES);
      for (const name of ["boot", "slotA", "data"] as const) copyInto(card, PLACES[name].from, parts[name]);
      fsyncSync(card);
    } finally {
      closeSync(card);
    }
  } catch (error) {
    throw new ImageError("notWritten", `${file} was not written: ${(error as Error).message}`, error);
  }
}

function copyInto(card: number, fromMib: number, file: string): void {
  const part = openSync(file, "r");
  const block = Buffer.alloc(MIB);
  const zeros = Buffer.alloc(MIB);
  try {
    for (let at = fromMib * MIB; ; at += MIB) {
      const length = readSync(part, block, 0, MIB, null);
      if (length === 0) return;
      if (block.compare(zeros, 0, length, 0, length) !== 0) writeSync(card, block, 0, length, at);
    }
  } finally {
    closeSync(part);
  }
}
