/** Which moments of an update the power is cut at, by what was written to the card. */
import { chooseSlotRecord, type SlotRecord } from "../../deploy/update/slot-record.ts";
import { SLOT_RECORD_SECTOR } from "../../deploy/update/slot-records.ts";
import { bytesOf } from "./bytes-of.ts";
import type { Written } from "./power-cut.ts";
import { type LoggedWrite, SECTOR_BYTES } from "./write-log.ts";

/** A write that changed the slot record. */
export interface RecordWrite {
  /** Of the write among all of them. */
  readonly index: number;
  readonly before: SlotRecord;
  readonly record: SlotRecord;
}

/** A cut right after this many writes. */
export interface Moment {
  readonly written: Written;
  readonly count: number;
  /** For people: what the board was about. */
  readonly during: string;
}

const RECORD_AT = SLOT_RECORD_SECTOR * SECTOR_BYTES;
const RECORD_END = RECORD_AT + 2 * SECTOR_BYTES;

/** In order. Throws an Error for a card that begins without a record, is left without one, or has both of its sectors changed at once. */
export function recordWrites({ card, log, writes }: Written): RecordWrite[] {
  const sectors = bytesOf(card, RECORD_AT, 2 * SECTOR_BYTES);
  const found: RecordWrite[] = [];
  let before = valid(sectors);
  for (const [index, write] of writes.entries()) {
    if (!touches(write)) continue;
    const old = Buffer.from(sectors);
    const content = bytesOf(log, write.from, write.bytes);
    const from = Math.max(write.at, RECORD_AT);
    content.copy(
      sectors,
      from - RECORD_AT,
      from - write.at,
      Math.min(write.at + write.bytes, RECORD_END) - write.at,
    );
    const record = valid(sectors);
    if (changed(old, sectors, 0) && changed(old, sectors, 1)) throw new Error("both records changed at once");
    if (record.sequence !== before.sequence) found.push({ index, before, record });
    before = record;
  }
  return found;
}

/** What a step of the record is, in a word. */
export function stepOf({ before, record }: RecordWrite): string {
  if (record.outcome !== before.outcome || record.outcomeOf !== before.outcomeOf) return record.outcome;
  if (record.told !== before.told) return "told";
  if (record.trying !== before.trying) return "on trial";
  if (record.trying !== undefined) return "boot";
  const spare = record.active === "a" ? "b" : "a";
  return record.releases[spare] === undefined ? "emptied" : "written";
}

function changed(old: Buffer, now: Buffer, sector: 0 | 1): boolean {
  const [from, to] = [sector * SECTOR_BYTES, (sector + 1) * SECTOR_BYTES];
  return !old.subarray(from, to).equals(now.subarray(from, to));
}

function touches({ at, bytes }: LoggedWrite): boolean {
  return at < RECORD_END && at + bytes > RECORD_AT;
}

function valid(sectors: Buffer): SlotRecord {
  const record = chooseSlotRecord(sectors.subarray(0, SECTOR_BYTES), sectors.subarray(SECTOR_BYTES));
  if (record === undefined) throw new Error("the card has no valid slot record");
  return record;
}
