import { execFileSync } from "node:child_process";
import { mkdtempSync, openSync, readSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is, match, throws } from "uvu/assert";
import { PLACES, writeCard } from "../../../deploy/image/card.ts";
import { PARTITION_TYPE, partitionTable } from "../../../deploy/image/partition-table.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { hostProgram } from "./host-program.ts";

const MIB = 1_048_576;

function folder(t: SpecContext): string {
  const made = mkdtempSync(join(tmpdir(), "holdfast-card-"));
  t.defer(() => rmSync(made, { recursive: true }));
  return made;
}

function bytesAt(file: string, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  readSync(openSync(file, "r"), bytes, 0, length, at);
  return bytes;
}

/** A card whose parts are a few bytes each. */
function smallCard(t: SpecContext): string {
  const at = (name: string) => join(folder(t), name);
  const part = (text: string) => {
    const file = at("part");
    writeFileSync(file, text);
    return file;
  };
  const card = at("card.img");
  writeCard(card, {
    ...{ boot: part("BOOT"), slotA: part("SLOT"), data: part("DATA") },
    slotRecord: { sector: 2041, content: Buffer.from("RECORD") },
  });
  return card;
}

spec("a card has keys and passwords in it: nobody but its owner reads it, nor one that was there", (t) => {
  is(statSync(smallCard(t)).mode & 0o777, 0o600);
  const out = join(folder(t), "card.img");
  writeFileSync(out, "", { mode: 0o644 });
  const empty = join(folder(t), "part");
  writeFileSync(empty, "");
  const record = { sector: 2041, content: Buffer.alloc(512) };
  writeCard(out, { boot: empty, slotA: empty, data: empty, slotRecord: record });
  is(statSync(out).mode & 0o777, 0o600);
});

spec("a partition table is written as a boot ROM reads it", () => {
  const table = partitionTable(0x444c4f48, [
    { type: PARTITION_TYPE.fat32, start: 2048, sectors: 131_072 },
    { type: PARTITION_TYPE.linux, start: 133_120, sectors: 262_144 },
  ]);
  is(table.length, 512);
  is(table.toString("latin1", 440, 444), "HOLD");
  is(
    table.toString("hex", 446, 462),
    "80feffff0cfeffff0008000000000200",
    "active, FAT32, from 1 MiB, 64 MiB",
  );
  is(table.toString("hex", 462, 478), "00feffff83feffff0008020000000400");
  is(table.toString("hex", 478, 512), `${"00".repeat(32)}55aa`);
});

spec("partitions that overlap, are empty, or are too many are refused", () => {
  const one = { type: PARTITION_TYPE.linux, start: 2048, sectors: 8 };
  throws(() => partitionTable(1, [one, { ...one, start: 2055 }]), /partition 2 of 8 sectors at 2055/);
  throws(() => partitionTable(1, [{ ...one, sectors: 0 }]), RangeError);
  throws(() => partitionTable(1, [one, one, one, one, one]), /5 partitions/);
});

spec("each part of a card lies where its partition begins, and slot b is a hole", (t) => {
  const card = smallCard(t);
  is(bytesAt(card, PLACES.boot.from * MIB, 4).toString(), "BOOT");
  is(bytesAt(card, PLACES.slotA.from * MIB, 4).toString(), "SLOT");
  is(bytesAt(card, PLACES.data.from * MIB, 4).toString(), "DATA");
  is(bytesAt(card, 2041 * 512, 6).toString(), "RECORD");
  equal(bytesAt(card, PLACES.slotB.from * MIB, 4), Buffer.alloc(4));
  is(statSync(card).size, (PLACES.data.from + PLACES.data.mib) * MIB);
});

spec("a part that is larger than its partition is refused before anything is written", (t) => {
  const large = join(folder(t), "large");
  writeFileSync(large, "");
  truncateSync(large, PLACES.slotA.mib * MIB + 1);
  const out = join(folder(t), "card.img");
  const record = { sector: 2041, content: Buffer.alloc(512) };
  throws(
    () => writeCard(out, { boot: large, slotA: large, data: large, slotRecord: record }),
    (error: Error & { code?: string }) => error.code === "tooLarge",
  );
  throws(() => statSync(out), /ENOENT/);
});

spec(
  "the data partition takes the rest of a larger card, once; nothing else of the table changes",
  async (t) => {
    const card = smallCard(t);
    const program = hostProgram(t);
    is(execFileSync(program, ["grow", card, "4"]).toString(), "as it was\n");
    const before = bytesAt(card, 0, 512);
    truncateSync(card, 1000 * MIB + 5000);
    is(execFileSync(program, ["grow", card, "4"]).toString(), "grown\n");
    is(execFileSync(program, ["grow", card, "4"]).toString(), "as it was\n");
    const after = bytesAt(card, 0, 512);
    is(after.readUInt32LE(446 + 3 * 16 + 12), (1000 - PLACES.data.from) * 2048, "up to a full MiB");
    before.copy(after, 446 + 3 * 16 + 12, 446 + 3 * 16 + 12, 446 + 4 * 16);
    equal(after, before);
  },
);

spec("a card without a table, and one that is not there, are refused in words", (t) => {
  const program = hostProgram(t);
  const empty = join(folder(t), "empty");
  writeFileSync(empty, Buffer.alloc(4096));
  const said = (...words: string[]) => {
    try {
      execFileSync(program, words, { stdio: ["ignore", "pipe", "pipe"] });
    } catch (error) {
      return String((error as { stderr: Buffer }).stderr);
    }
    return "nothing";
  };
  match(said("grow", empty, "4"), /^grow: Invalid argument/);
  match(said("choose", join(folder(t), "no-card")), /no-card: No such file/);
  match(said(), /^usage: boot-disk/);
});
