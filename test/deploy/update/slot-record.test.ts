import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { equal, is, throws } from "uvu/assert";
import { crc32 } from "../../../deploy/update/crc32.ts";
import {
  chooseSlotRecord,
  decodeSlotRecord,
  encodeSlotRecord,
  SECTOR_BYTES,
  type SlotRecord,
  sectorOf,
} from "../../../deploy/update/slot-record.ts";
import { SlotSectors } from "../../../deploy/update/slot-records.ts";
import { firstRecord } from "../../../deploy/update/slot-steps.ts";
import { spec } from "../../harness/spec.ts";
import { anyRecord } from "./records.ts";

const EMPTY = new Uint8Array(SECTOR_BYTES);
const RELEASE = "00112233445566778899aabbccddeeff";

spec("CRC-32 is the one of zlib and Ethernet (check value of its catalogue)", () => {
  is(crc32(Buffer.from("123456789")), 0xcbf43926);
});

spec("a record lies as the table says, byte for byte", () => {
  const bytes = Buffer.from(
    encodeSlotRecord({
      sequence: 0x01020304,
      active: "a",
      trying: "b",
      triesLeft: 2,
      confirmed: true,
      releases: { a: RELEASE, b: "ff".repeat(16) },
      outcome: "reverted",
      outcomeOf: "0f".repeat(16),
      reason: "pump",
      told: true,
      wayBack: true,
      unseenBoots: 5,
      refused: ["01".repeat(16), "02".repeat(16)],
    }),
  );
  is(
    bytes.toString("hex", 0, 24),
    "484f4c44534c4f54" + "0100" + "0000" + "04030201" + "61620207" + "03020405",
  );
  is(bytes.toString("hex", 24, 72), RELEASE + "ff".repeat(16) + "0f".repeat(16));
  is(bytes.toString("hex", 72, 104), "01".repeat(16) + "02".repeat(16));
  is(bytes.toString("latin1", 200, 204), "pump");
  equal(
    [...bytes.subarray(204, 508)].filter((byte) => byte !== 0),
    [],
  );
  is(bytes.readUInt32LE(508), crc32(bytes.subarray(0, 508)));
});

spec("what is written is what is read", () => {
  fc.assert(fc.property(anyRecord, (record) => equal(decodeSlotRecord(encodeSlotRecord(record)), record)));
});

spec("a byte that is wrong anywhere makes the sector worthless", () => {
  const good = encodeSlotRecord(firstRecord(RELEASE));
  for (let at = 0; at < SECTOR_BYTES; at++) {
    const bad = good.slice();
    bad[at] = bad[at]! ^ 0x10;
    is(decodeSlotRecord(bad), undefined, `byte ${at}`);
  }
});

spec("a sector with the right sum and fields that cannot be is worthless, too", () => {
  for (const [at, value] of [
    [8, 2],
    [16, 0x63],
    [17, 0x61],
    [17, 0x7a],
    [18, 16],
    [20, 5],
    [21, 9],
    [22, 161],
  ] as const) {
    const bytes = Buffer.from(encodeSlotRecord(firstRecord(RELEASE)));
    bytes[at] = value;
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 508)), 508);
    is(decodeSlotRecord(bytes), undefined, `byte ${at} = ${value}`);
  }
});

spec(
  "a power cut at any byte of a write leaves the record before or the one written, from the front or the back",
  () => {
    fc.assert(
      fc.property(anyRecord, anyRecord, fc.boolean(), (one, other, backwards) => {
        const old: SlotRecord = { ...one, sequence: 7 };
        const young: SlotRecord = { ...other, sequence: 8 };
        const before = encodeSlotRecord({ ...other, sequence: 6 });
        const after = encodeSlotRecord(young);
        for (let cut = 0; cut <= SECTOR_BYTES; cut++) {
          const torn = backwards
            ? Buffer.concat([before.subarray(0, SECTOR_BYTES - cut), after.subarray(SECTOR_BYTES - cut)])
            : Buffer.concat([after.subarray(0, cut), before.subarray(cut)]);
          const sectors: Uint8Array[] = [EMPTY, EMPTY];
          sectors[sectorOf(old)] = encodeSlotRecord(old);
          sectors[sectorOf(young)] = torn;
          const read = chooseSlotRecord(sectors[0]!, sectors[1]!);
          if (read?.sequence === 8) equal(read, young);
          else equal(read, old, `cut at ${cut}`);
          if (cut === SECTOR_BYTES) is(read?.sequence, 8);
        }
      }),
      { numRuns: 15 },
    );
  },
  { limitMs: 30_000 },
);

spec("noise in the sector that was being written never counts", () => {
  const old = firstRecord(RELEASE);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: SECTOR_BYTES, maxLength: SECTOR_BYTES }), (noise) => {
      equal(chooseSlotRecord(noise, encodeSlotRecord(old)), old);
    }),
  );
});

spec("without a valid sector there is no record", () => {
  is(chooseSlotRecord(EMPTY, EMPTY), undefined);
  is(decodeSlotRecord(new Uint8Array(511)), undefined);
});

spec("a record that does not fit is a defect of whoever writes it", () => {
  throws(() => encodeSlotRecord({ ...firstRecord(RELEASE), reason: "x".repeat(161) }), /full/);
  throws(() => encodeSlotRecord({ ...firstRecord(RELEASE), refused: Array(9).fill(RELEASE) }), /full/);
});

spec("two sectors of a disk are written in turn, and nothing beside them", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-slots-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const disk = join(folder, "disk");
  writeFileSync(disk, "");
  truncateSync(disk, 8 * SECTOR_BYTES);
  const records = new SlotSectors(disk, 4);
  is(records.read(), undefined);
  const first = firstRecord(RELEASE);
  records.write(first);
  equal(records.read(), first);
  const second = { ...first, sequence: 2, reason: "second" };
  records.write(second);
  equal(records.read(), second);
  records.write({ ...second, sequence: 3 });
  is(records.read()?.sequence, 3);
  equal(new SlotSectors(disk, 0).read(), undefined);
});
