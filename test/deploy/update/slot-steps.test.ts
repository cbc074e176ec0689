import fc from "fast-check";
import { equal, is, ok } from "uvu/assert";
import type { SlotRecord } from "../../../deploy/update/slot-record.ts";
import { encodeSlotRecord } from "../../../deploy/update/slot-record.ts";
import {
  atBoot,
  confirmed,
  emptied,
  firstRecord,
  onTrial,
  reverted,
  SlotStepError,
  spareSlot,
  told,
  UNSEEN_BOOTS,
  unreachable,
  unseen,
  up,
  written,
} from "../../../deploy/update/slot-steps.ts";
import { spec } from "../../harness/spec.ts";
import { anyRecord, releaseId } from "./records.ts";

const OLD = "aa".repeat(16);
const NEW = "bb".repeat(16);

const trial = (tries?: number): SlotRecord =>
  onTrial(written(firstRecord(OLD), NEW), tries === undefined ? {} : { tries });

function codeOf(step: () => unknown): string | undefined {
  try {
    step();
    return undefined;
  } catch (error) {
    return error instanceof SlotStepError ? error.code : "another";
  }
}

spec("a release that holds becomes the active one, and the one before is what may be written next", () => {
  const { slot, write } = atBoot(trial());
  is(slot, "b");
  is(write?.triesLeft, 2);
  const good = confirmed(write!);
  equal(
    [good.active, good.trying, good.confirmed, good.outcome, good.outcomeOf, good.told],
    ["b", undefined, true, "confirmed", NEW, false],
  );
  equal(atBoot(good), { slot: "b", write: undefined });
  is(spareSlot(good), "a");
});

spec("a release that never confirms has its boots, then the board falls back and refuses it", () => {
  let record = trial(2);
  for (const left of [1, 0]) {
    const { slot, write } = atBoot(record);
    is(slot, "b");
    is(write?.triesLeft, left);
    record = write!;
  }
  const { slot, write } = atBoot(record);
  is(slot, "a");
  equal(
    [write?.active, write?.trying, write?.outcome, write?.outcomeOf, write?.refused],
    ["a", undefined, "fellBack", NEW, [NEW]],
  );
  equal(atBoot(write!), { slot: "a", write: undefined });
});

spec(
  "an active slot that does not come up five boots in a row is gone back from, where the one before is there",
  () => {
    let record = confirmed(trial());
    for (let boots = 1; boots <= UNSEEN_BOOTS; boots++) {
      equal(atBoot(record), { slot: "b", write: undefined });
      record = unseen(record)!;
    }
    const { slot, write } = atBoot(record);
    is(slot, "a");
    equal(
      [write?.active, write?.trying, write?.outcome, write?.outcomeOf, write?.refused, write?.told],
      ["a", undefined, "fellBack", NEW, [NEW], false],
    );
    is(write?.reason, "slot b did not come up in 5 boots");
    equal([atBoot(write!), unseen(write!)], [{ slot: "a", write: undefined }, undefined]);
  },
);

spec("a boot that comes up ends the count; it costs no write where nothing was counted", () => {
  const good = confirmed(trial());
  is(up(good), undefined);
  const twice = unseen(unseen(good)!)!;
  is(twice.unseenBoots, 2);
  is(up(twice)!.unseenBoots, 0);
});

spec(
  "nothing is counted without a way back: on a new card, on trial, after a return, or while the other slot is written",
  () => {
    const good = confirmed(trial());
    for (const record of [
      firstRecord(OLD),
      trial(),
      reverted(trial(), "why"),
      emptied(good),
      written(good, OLD),
      onTrial(good, { retry: true }),
    ])
      is(unseen(record), undefined);
    is(atBoot({ ...firstRecord(OLD), unseenBoots: 15 }).slot, "a");
  },
);

spec("a slot that cannot be mounted is given up at once", () => {
  const { slot, write } = atBoot(trial(), (which) => which === "a");
  is(slot, "a");
  is(write?.reason, "slot b cannot be mounted");
  is(write?.outcome, "fellBack");
});

spec("an active slot that cannot be mounted does not keep the other from starting", () => {
  equal(
    atBoot(confirmed(trial()), (which) => which === "a"),
    { slot: "a", write: undefined },
  );
});

spec("a release that was refused is tried again only when somebody says so", () => {
  const back = reverted(trial(), "climate: no good reading within its deadline");
  const again = written(back, NEW);
  is(
    codeOf(() => onTrial(again)),
    "refused",
  );
  const retried = onTrial(again, { retry: true });
  is(retried.trying, "b");
  equal(retried.refused, []);
});

spec("why it was refused is part of the refusal", () => {
  const back = reverted(trial(), "pump: cannot be read back");
  try {
    onTrial(written(back, NEW));
    ok(false, "it was tried");
  } catch (error) {
    ok((error as Error).message.includes("went back: pump: cannot be read back; --retry"));
  }
});

spec("a missing link is a reason to go back, and none to refuse the release", () => {
  const back = unreachable(trial(), "no broker for 30 min");
  equal([back.outcome, back.refused, back.active], ["unreachable", [], "a"]);
  is(
    codeOf(() => onTrial(written(back, NEW))),
    undefined,
  );
});

spec("a trial is neither written over nor begun twice, and there is none of an empty slot", () => {
  is(
    codeOf(() => emptied(trial())),
    "onTrial",
  );
  is(
    codeOf(() => written(trial(), OLD)),
    "onTrial",
  );
  is(
    codeOf(() => onTrial(trial())),
    "onTrial",
  );
  is(
    codeOf(() => onTrial(firstRecord(OLD))),
    "empty",
  );
  is(
    codeOf(() => onTrial(emptied(written(firstRecord(OLD), NEW)))),
    "empty",
  );
  for (const step of [
    confirmed,
    (record: SlotRecord) => reverted(record, ""),
    (record: SlotRecord) => unreachable(record, ""),
  ])
    is(
      codeOf(() => step(firstRecord(OLD))),
      "notOnTrial",
    );
});

spec("an outcome is told once", () => {
  is(told(confirmed(trial())).told, true);
});

spec("the ninth refused release pushes out the first; a reason is cut at a whole character", () => {
  let record = firstRecord(OLD);
  for (let index = 1; index <= 9; index++) {
    const id = index.toString(16).padStart(2, "0").repeat(16);
    record = reverted(onTrial(written(record, id)), `${"x".repeat(159)}é`);
  }
  is(record.refused.length, 8);
  is(record.refused[0], "02".repeat(16));
  is(record.reason, "x".repeat(159));
  encodeSlotRecord(record);
});

/** Anything that can be asked of a board, in any order. */
const anyStep = fc.oneof(
  releaseId.map((id) => (record: SlotRecord) => written(record, id)),
  fc.constant(emptied),
  fc.boolean().map((retry) => (record: SlotRecord) => onTrial(record, { retry })),
  fc.boolean().map((mounts) => (record: SlotRecord) => atBoot(record, () => mounts).write ?? record),
  fc.constant(confirmed),
  fc.constant((record: SlotRecord) => reverted(record, "why")),
  fc.constant((record: SlotRecord) => unreachable(record, "why")),
  fc.constant(told),
  fc.constant((record: SlotRecord) => unseen(record) ?? record),
  fc.constant((record: SlotRecord) => up(record) ?? record),
);

/** The slot to go back to changes by a confirmation, or since it did not come up and the one before is there. */
function mayChange(before: SlotRecord, after: SlotRecord): boolean {
  const isHanging = before.wayBack && before.unseenBoots >= UNSEEN_BOOTS && after.outcome === "fellBack";
  return after.active === (before.trying ?? (isHanging ? spareSlot(before) : before.active));
}

spec(
  "whatever is asked, only a confirmation or a way back changes the slot to go back to, and no release of either is written over",
  () => {
    fc.assert(
      fc.property(anyRecord, fc.array(anyStep, { maxLength: 40 }), (start, steps) => {
        let record: SlotRecord = { ...start, sequence: 1, wayBack: false };
        let earlier: string | undefined;
        for (const step of steps) {
          const before = record;
          try {
            record = step(before);
          } catch (error) {
            ok(error instanceof SlotStepError, String(error));
            continue;
          }
          if (record === before) continue;
          is(record.sequence, before.sequence + 1);
          if (record.active !== before.active)
            ok(mayChange(before, record), JSON.stringify([before, record]));
          if (record.active === before.trying) earlier = before.releases[before.active];
          if (record.wayBack) is(record.releases[spareSlot(record)], earlier);
          is(record.releases[before.active], before.releases[before.active]);
          encodeSlotRecord(record);
        }
      }),
    );
  },
);

spec("however often a board boots, a release without confirmation ends after its tries", () => {
  fc.assert(
    fc.property(fc.integer({ min: -3, max: 40 }), (tries) => {
      let record = trial(tries);
      let boots = 0;
      for (let boot = 0; boot < 50; boot++) {
        const { slot, write } = atBoot(record);
        if (slot === "b") boots++;
        record = write ?? record;
      }
      is(boots, Math.min(Math.max(tries, 1), 15));
      is(atBoot(record).slot, "a");
    }),
  );
});
