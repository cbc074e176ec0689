/** Where the slot record is kept: two sectors of a disk (or of a file that stands for one). */
import { closeSync, constants, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import {
  chooseSlotRecord,
  encodeSlotRecord,
  SECTOR_BYTES,
  type SlotRecord,
  sectorOf,
} from "./slot-record.ts";

/** Keeps one record; a power cut at any moment of `write` leaves the old one or the new one. */
export interface SlotRecords {
  /** Undefined where there is none that is valid. Throws where it cannot be read. */
  read(): SlotRecord | undefined;
  /** On stable storage when it returns. Throws where it cannot be written. */
  write(record: SlotRecord): void;
}

/** The first of both sectors on Holdfast OS: below the first partition, after the partition table. */
export const SLOT_RECORD_SECTOR = 2040;

export class SlotSectors implements SlotRecords {
  readonly #disk: string;
  readonly #firstByte: number;

  /** Two sectors of `disk` from `firstSector` (512 bytes each) on. */
  constructor(disk: string, firstSector: number = SLOT_RECORD_SECTOR) {
    this.#disk = disk;
    this.#firstByte = firstSector * SECTOR_BYTES;
  }

  read(): SlotRecord | undefined {
    const disk = openSync(this.#disk, constants.O_RDONLY);
    try {
      const sectors = Buffer.alloc(2 * SECTOR_BYTES);
      readSync(disk, sectors, 0, sectors.length, this.#firstByte);
      return chooseSlotRecord(sectors.subarray(0, SECTOR_BYTES), sectors.subarray(SECTOR_BYTES));
    } finally {
      closeSync(disk);
    }
  }

  write(record: SlotRecord): void {
    const disk = openSync(this.#disk, constants.O_RDWR);
    try {
      const at = this.#firstByte + sectorOf(record) * SECTOR_BYTES;
      writeSync(disk, encodeSlotRecord(record), 0, SECTOR_BYTES, at);
      fsyncSync(disk);
    } finally {
      closeSync(disk);
    }
  }
}
