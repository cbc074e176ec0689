/** boot-disk, in C, beside the pure steps in TypeScript that say what it has to do. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { equal, is } from "uvu/assert";
import {
  encodeSlotRecord,
  MOST_REFUSED,
  type Slot,
  type SlotRecord,
  sectorOf,
  type TrialOutcome,
} from "../../../deploy/update/slot-record.ts";
import { SLOT_RECORD_SECTOR, SlotSectors } from "../../../deploy/update/slot-records.ts";
import {
  atBoot,
  confirmed,
  firstRecord,
  onTrial,
  unseen,
  up,
  written,
} from "../../../deploy/update/slot-steps.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { hostProgram } from "./host-program.ts";

const slots = fc.constantFrom<Slot>("a", "b");
const releases = fc.option(
  fc.nat(11).map((number) => number.toString(16).padStart(32, "7")),
  { nil: undefined },
);

const records: fc.Arbitrary<SlotRecord> = fc
  .record({
    sequence: fc.integer({ min: 1, max: 1_000_000 }),
    active: slots,
    isTrying: fc.boolean(),
    triesLeft: fc.nat(3),
    confirmed: fc.boolean(),
    a: releases,
    b: releases,
    outcome: fc.constantFrom<TrialOutcome>("none", "confirmed", "fellBack", "reverted", "unreachable"),
    outcomeOf: releases,
    reason: fc.string({ maxLength: 40 }),
    told: fc.boolean(),
    wayBack: fc.boolean(),
    unseenBoots: fc.nat(7),
    refused: fc.uniqueArray(
      fc.nat(11).map((number) => number.toString(16).padStart(32, "7")),
      { maxLength: MOST_REFUSED },
    ),
  })
  .map(({ isTrying, a, b, ...rest }) => ({
    ...rest,
    trying: isTrying ? (rest.active === "a" ? "b" : "a") : undefined,
    releases: { a, b },
  }));

class Card {
  readonly file: string;
  readonly program: string;
  #last: SlotRecord | undefined;

  constructor(t: SpecContext) {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-slots-"));
    t.defer(() => rmSync(folder, { recursive: true }));
    this.program = hostProgram(t);
    this.file = join(folder, "card");
  }

  /** A card with this record, and with the one before it if there is one. */
  put(record: SlotRecord, before?: SlotRecord): void {
    const bytes = Buffer.alloc((SLOT_RECORD_SECTOR + 2) * 512);
    for (const one of before === undefined ? [record] : [before, record])
      bytes.set(encodeSlotRecord(one), (SLOT_RECORD_SECTOR + sectorOf(one)) * 512);
    writeFileSync(this.file, bytes);
    this.#last = record;
  }

  run(verb: string, ...words: readonly string[]): string {
    return execFileSync(this.program, [verb, this.file, ...words]).toString();
  }

  /** Undefined where nothing was written. */
  change(): SlotRecord | undefined {
    const now = new SlotSectors(this.file).read();
    return now?.sequence === this.#last?.sequence ? undefined : now;
  }
}

spec(
  "whatever the record: the program chooses, writes and says what the pure step does",
  (t) => {
    const card = new Card(t);
    fc.assert(
      fc.property(records, (record) => {
        card.put(record);
        const { slot, write } = atBoot(record);
        const said = card.run("choose").trim();
        is(said[0], slot);
        equal(card.change(), write);
        const onTrial = record.trying !== undefined && record.triesLeft > 0;
        const why = onTrial ? "trial" : (write?.reason ?? "");
        is(said.slice(2), why);
      }),
      { numRuns: 200 },
    );
  },
  { limitMs: 60_000 },
);

spec(
  "a slot on trial that cannot be mounted is gone back from in the same boot, as the pure step does",
  (t) => {
    const card = new Card(t);
    fc.assert(
      fc.property(records, (record) => {
        fc.pre(record.trying !== undefined && record.triesLeft > 0);
        card.put(record);
        card.run("choose");
        is(card.run("fall-back")[0], record.active);
        const { write } = atBoot(record, (slot) => slot === record.active);
        // The try was taken before the mount was tried: one write more.
        equal(card.change(), { ...write!, sequence: write!.sequence + 1 });
      }),
      { numRuns: 100 },
    );
  },
  { limitMs: 60_000 },
);

spec(
  "whatever the record: a boot is counted, and one that came up is no more, as the pure steps do it",
  (t) => {
    const card = new Card(t);
    fc.assert(
      fc.property(
        records,
        fc.constantFrom(["count", unseen] as const, ["up", up] as const),
        (record, [verb, step]) => {
          card.put(record);
          is(card.run(verb), "");
          equal(card.change(), step(record));
        },
      ),
      { numRuns: 200 },
    );
  },
  { limitMs: 60_000 },
);

spec(
  "a confirmed slot that hangs each time before it is up is started five times, then the one before",
  (t) => {
    const card = new Card(t);
    card.put(confirmed(onTrial(written(firstRecord("7".repeat(32)), "8".repeat(32)))));
    const boot = () => {
      const said = card.run("choose");
      card.run("count");
      return said;
    };
    equal(Array.from({ length: 7 }, boot), [
      ...["b\n", "b\n", "b\n", "b\n", "b\n"],
      ...["a slot b did not come up in 5 boots\n", "a\n"],
    ]);
  },
);

spec("without a record nothing is counted, and nobody fails for it", (t) => {
  const card = new Card(t);
  const bytes = Buffer.alloc((SLOT_RECORD_SECTOR + 2) * 512);
  writeFileSync(card.file, bytes);
  equal([card.run("count"), card.run("up")], ["", ""]);
  equal(readFileSync(card.file), bytes);
});

spec("a try that cannot be written down is not had: the slot to go back to is started", (t) => {
  const card = new Card(t);
  card.put(onTrial(written(firstRecord(undefined), "7".repeat(32))));
  // A file may not grow beyond its limit: as a card that has become read-only, the write fails.
  const limited = `trap "" XFSZ; ulimit -f 0; "$0" choose "$1"`;
  const { stdout, status } = spawnSync("sh", ["-c", limited, card.program, card.file], { encoding: "utf8" });
  is(stdout, "a the slot on trial is not tried: no record of it can be written\n");
  is(status, 1);
  is(card.change(), undefined);
});

spec(
  "an active slot that cannot be mounted is no reason to forget it: the other one, nothing written",
  (t) => {
    const card = new Card(t);
    card.put(firstRecord("7".repeat(32)));
    is(card.run("fall-back"), "b\n");
    is(card.change(), undefined);
  },
);

spec("a card without any record starts slot a; one with half a record goes on from the one before", (t) => {
  const card = new Card(t);
  writeFileSync(card.file, Buffer.alloc((SLOT_RECORD_SECTOR + 2) * 512));
  is(card.run("choose"), "a there is no valid slot record\n");
  const before = written(firstRecord(undefined), "7".repeat(32));
  const after = onTrial(before);
  for (const cut of [0, 1, 100, 508, 511]) {
    card.put(after, before);
    const sector = SLOT_RECORD_SECTOR + sectorOf(after);
    const half = Buffer.alloc((SLOT_RECORD_SECTOR + 2) * 512);
    half.set(encodeSlotRecord(before), (SLOT_RECORD_SECTOR + sectorOf(before)) * 512);
    half.set(encodeSlotRecord(after).subarray(0, cut), sector * 512);
    writeFileSync(card.file, half);
    is(card.run("choose"), "a\n", `${cut} bytes were written`);
  }
});

spec("whether a trial goes on, and whether its outcome is still to be told, are exit codes", (t) => {
  const card = new Card(t);
  const asked = (verb: string, ...words: readonly string[]) => {
    try {
      return card.run(verb, ...words) === "";
    } catch (error) {
      is((error as { status: number }).status, 1);
      return false;
    }
  };
  const first = firstRecord(undefined);
  card.put(onTrial(written(first, "7".repeat(32))));
  equal([asked("still-on-trial"), asked("untold")], [true, false]);
  equal([asked("still-on-trial", "b"), asked("still-on-trial", "a")], [true, false]);
  card.put(confirmed(onTrial(written(first, "7".repeat(32)))));
  equal([asked("still-on-trial"), asked("untold")], [false, true]);
  card.put(first);
  equal([asked("still-on-trial"), asked("untold")], [false, false]);
});
