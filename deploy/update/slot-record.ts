/**
 * The record that says which slot a board boots: two sectors of 512 bytes, written in turn, so that a power cut at any
 * byte of a write leaves the one before. Whoever boots reads both and takes the valid one with the higher sequence
 * number; neither valid: slot a, nothing on trial.
 *
 * Numbers are little-endian, what is not named is zero. A release is known by the first 16 bytes of the SHA-256 of its
 * signed manifest; all zero: none. The boot program (the initramfs of Holdfast OS) and `slot-steps.ts` share this layout:
 *
 * | at | bytes | what |
 * | --- | --- | --- |
 * | 0 | 8 | `HOLDSLOT` |
 * | 8 | 2 | format, 1 |
 * | 10 | 2 | zero |
 * | 12 | 4 | sequence number, from 1; it lies in sector `sequence % 2` |
 * | 16 | 1 | active slot, `a` or `b`: the one to go back to |
 * | 17 | 1 | slot on trial, `a` or `b`; 0: none |
 * | 18 | 1 | boots that the slot on trial may still have, 0 to 15 |
 * | 19 | 1 | bit 0: the active slot passed a trial; bit 1: the last outcome was reported; bit 2: the other slot was the active one before |
 * | 20 | 1 | last outcome: 0 none, 1 confirmed, 2 fell back at boot, 3 reverted, 4 reverted for its link alone |
 * | 21 | 1 | refused releases, 0 to 8 |
 * | 22 | 1 | bytes of the reason, 0 to 160 |
 * | 23 | 1 | boots of the active slot in a row that were not seen to come up, 0 to 15; counted while bit 2 is set |
 * | 24 | 16 | release in slot a |
 * | 40 | 16 | release in slot b |
 * | 56 | 16 | release of the last outcome |
 * | 72 | 8 x 16 | refused releases, oldest first |
 * | 200 | 160 | reason of the last outcome, UTF-8 |
 * | 508 | 4 | CRC-32 (IEEE 802.3, as zlib's) of bytes 0 to 507 |
 */
import { crc32 } from "./crc32.ts";

export type Slot = "a" | "b";

/** How the last trial ended. `fellBack`: it used up its boots, so it crashed or hung; `unreachable`: only its link was missing. */
export type TrialOutcome = "none" | "confirmed" | "fellBack" | "reverted" | "unreachable";

/** 32 hexadecimal digits: the first 16 bytes of the SHA-256 of a release's signed manifest. */
export type ReleaseId = string;

export interface SlotRecord {
  /** Of this write, 1 to 2^32-1; the next one is higher. */
  readonly sequence: number;
  /** The slot to go back to. */
  readonly active: Slot;
  /** The slot that is on trial, until it is confirmed or not. */
  readonly trying: Slot | undefined;
  /** Boots that it may still have, 0 to 15. */
  readonly triesLeft: number;
  /** The active slot passed a trial, as opposed to one that was written when the card was. */
  readonly confirmed: boolean;
  readonly releases: Readonly<Record<Slot, ReleaseId | undefined>>;
  readonly outcome: TrialOutcome;
  /** Which release the outcome is of. */
  readonly outcomeOf: ReleaseId | undefined;
  /** For people, at most 160 bytes of UTF-8. */
  readonly reason: string;
  /** Whoever is told of outcomes was told of this one. */
  readonly told: boolean;
  /** The other slot still holds what was active before this one: there is a way back. */
  readonly wayBack: boolean;
  /** Boots of the active slot in a row that were not seen to come up, 0 to 15. */
  readonly unseenBoots: number;
  /** Releases that are not tried again, oldest first, at most 8. */
  readonly refused: readonly ReleaseId[];
}

export const SECTOR_BYTES = 512;
/** Releases that are remembered as bad; the oldest is forgotten for a ninth. */
export const MOST_REFUSED = 8;
export const MOST_REASON_BYTES = 160;
export const MOST_TRIES = 15;
export const MOST_UNSEEN = 15;

const MAGIC = "HOLDSLOT";
const FORMAT = 1;
const ID_BYTES = 16;
const AT = {
  format: 8,
  sequence: 12,
  active: 16,
  trying: 17,
  triesLeft: 18,
  flags: 19,
  outcome: 20,
  refusedCount: 21,
  reasonBytes: 22,
  unseenBoots: 23,
  releaseA: 24,
  releaseB: 40,
  outcomeOf: 56,
  refused: 72,
  reason: 200,
  crc: 508,
} as const;
const FLAG = { confirmed: 1, told: 2, wayBack: 4 } as const;
const OUTCOMES: readonly TrialOutcome[] = ["none", "confirmed", "fellBack", "reverted", "unreachable"];

/** The sector that this record is written to: never the one that holds the record before it. */
export function sectorOf({ sequence }: SlotRecord): 0 | 1 {
  return sequence % 2 === 0 ? 0 : 1;
}

/** One sector, 512 bytes. Throws RangeError for a record that does not fit: a defect of the caller. */
export function encodeSlotRecord(record: SlotRecord): Uint8Array {
  const bytes = Buffer.alloc(SECTOR_BYTES);
  const reason = Buffer.from(record.reason);
  if (reason.length > MOST_REASON_BYTES || record.refused.length > MOST_REFUSED)
    throw new RangeError("the slot record is full");
  bytes.write(MAGIC, "latin1");
  bytes.writeUInt16LE(FORMAT, AT.format);
  bytes.writeUInt32LE(record.sequence, AT.sequence);
  bytes.write(record.active, AT.active, "latin1");
  if (record.trying !== undefined) bytes.write(record.trying, AT.trying, "latin1");
  bytes.writeUInt8(record.triesLeft, AT.triesLeft);
  const flags = (["confirmed", "told", "wayBack"] as const).filter((name) => record[name]);
  bytes.writeUInt8(
    flags.reduce((sum, name) => sum | FLAG[name], 0),
    AT.flags,
  );
  bytes.writeUInt8(record.unseenBoots, AT.unseenBoots);
  bytes.writeUInt8(OUTCOMES.indexOf(record.outcome), AT.outcome);
  bytes.writeUInt8(record.refused.length, AT.refusedCount);
  bytes.writeUInt8(reason.length, AT.reasonBytes);
  writeId(bytes, AT.releaseA, record.releases.a);
  writeId(bytes, AT.releaseB, record.releases.b);
  writeId(bytes, AT.outcomeOf, record.outcomeOf);
  for (const [index, id] of record.refused.entries()) writeId(bytes, AT.refused + index * ID_BYTES, id);
  reason.copy(bytes, AT.reason);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, AT.crc)), AT.crc);
  return bytes;
}

/** Of one sector; undefined for one that is damaged, half written, or of another format. */
export function decodeSlotRecord(sector: Uint8Array): SlotRecord | undefined {
  const bytes = Buffer.from(sector.buffer, sector.byteOffset, sector.byteLength);
  if (bytes.length !== SECTOR_BYTES || bytes.toString("latin1", 0, MAGIC.length) !== MAGIC) return undefined;
  if (bytes.readUInt32LE(AT.crc) !== crc32(bytes.subarray(0, AT.crc))) return undefined;
  if (bytes.readUInt16LE(AT.format) !== FORMAT) return undefined;
  const active = slotAt(bytes, AT.active);
  const outcome = OUTCOMES[bytes[AT.outcome]!];
  const refused = bytes[AT.refusedCount]!;
  const reasonBytes = bytes[AT.reasonBytes]!;
  const trying = slotAt(bytes, AT.trying);
  if (active === undefined || outcome === undefined) return undefined;
  if (trying === active || (trying === undefined && bytes[AT.trying] !== 0)) return undefined;
  if (refused > MOST_REFUSED || reasonBytes > MOST_REASON_BYTES || bytes[AT.triesLeft]! > MOST_TRIES)
    return undefined;
  if (bytes[AT.unseenBoots]! > MOST_UNSEEN) return undefined;
  return {
    sequence: bytes.readUInt32LE(AT.sequence),
    active,
    trying,
    triesLeft: bytes[AT.triesLeft]!,
    confirmed: (bytes[AT.flags]! & FLAG.confirmed) !== 0,
    releases: { a: readId(bytes, AT.releaseA), b: readId(bytes, AT.releaseB) },
    outcome,
    outcomeOf: readId(bytes, AT.outcomeOf),
    reason: bytes.toString("utf8", AT.reason, AT.reason + reasonBytes),
    told: (bytes[AT.flags]! & FLAG.told) !== 0,
    wayBack: (bytes[AT.flags]! & FLAG.wayBack) !== 0,
    unseenBoots: bytes[AT.unseenBoots]!,
    refused: Array.from({ length: refused }, (_, index) =>
      readId(bytes, AT.refused + index * ID_BYTES),
    ).filter((id) => id !== undefined),
  };
}

/** The record that counts of both sectors; undefined where neither is valid: then slot a, nothing on trial. */
export function chooseSlotRecord(first: Uint8Array, second: Uint8Array): SlotRecord | undefined {
  const [one, two] = [decodeSlotRecord(first), decodeSlotRecord(second)];
  if (one === undefined || two === undefined) return one ?? two;
  return one.sequence > two.sequence ? one : two;
}

function slotAt(bytes: Buffer, at: number): Slot | undefined {
  const letter = String.fromCharCode(bytes[at]!);
  return letter === "a" || letter === "b" ? letter : undefined;
}

function writeId(bytes: Buffer, at: number, id: ReleaseId | undefined): void {
  if (id !== undefined) bytes.write(id, at, ID_BYTES, "hex");
}

function readId(bytes: Buffer, at: number): ReleaseId | undefined {
  const id = bytes.toString("hex", at, at + ID_BYTES);
  return /^0+$/.test(id) ? undefined : id;
}
