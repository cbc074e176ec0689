import { equal, is, ok } from "uvu/assert";
import {
  type BootEvidence,
  type BootRecord,
  isHistory,
  keptSafeReason,
  verdictOf,
  withBoot,
  withLast,
} from "../../deploy/board/boot-history.ts";
import { spec } from "../harness/spec.ts";

const NOTHING = { cardReset: undefined, powerOn: undefined };
const DEFINITE = { cardReset: true, powerOn: undefined };

/** Boots one after the other: what each told, how long it lived, whether it ended in order. */
function life(
  ...boots: readonly (Omit<BootEvidence, "bootId"> & { livedMin?: number; ended?: boolean })[]
): readonly BootRecord[] {
  let history: readonly BootRecord[] = [];
  for (const [index, { livedMin = 0, ended = false, ...evidence }] of boots.entries()) {
    const bootId = `boot-${index}`;
    history = withLast(withBoot(history, { bootId, ...evidence }), bootId, { livedMin, ended });
  }
  return history;
}

const verdict = (history: readonly BootRecord[]) => verdictOf(history, history.at(-1)!.bootId);

for (const [what, evidence, endedBefore, cause] of [
  ["the watchdog says that it did it", DEFINITE, false, "watchdog"],
  ["the watchdog says so, and the board before had ended", DEFINITE, true, "watchdog"],
  ["a Pi was reset and nobody had ended it", { cardReset: false, powerOn: false }, false, "watchdog"],
  ["a Pi was reset after an orderly end", { cardReset: false, powerOn: false }, true, "restart"],
  ["power came on", { cardReset: false, powerOn: true }, false, "powerOn"],
  ["nothing tells, and nobody had ended it", NOTHING, false, "unclear"],
  ["nothing tells, after an orderly end", NOTHING, true, "restart"],
] as const) {
  spec(`${what}: ${cause}`, () => {
    is(verdict(life({ ...NOTHING, ended: endedBefore }, evidence)).cause, cause);
  });
}

const SLOT_A = { ...NOTHING, slot: "a" };
const SLOT_B = { ...NOTHING, slot: "b" };

for (const [what, before, evidence, cause] of [
  ["another slot after an orderly end", { ...SLOT_A, ended: true }, SLOT_B, "update"],
  ["the same slot after an orderly end", { ...SLOT_A, ended: true }, SLOT_A, "restart"],
  ["a slot where none was known, after an orderly end", { ...NOTHING, ended: true }, SLOT_B, "restart"],
  ["another slot, and nobody had ended the one before", SLOT_B, SLOT_A, "fallBack"],
  ["another slot, and the watchdog says that it did it", SLOT_B, { ...DEFINITE, slot: "a" }, "watchdog"],
  ["another slot after a reset of a Pi", SLOT_B, { ...SLOT_A, powerOn: false }, "watchdog"],
  ["a dump that was not there", { ...NOTHING, dumps: ["x"] }, { ...DEFINITE, dumps: ["x", "y"] }, "panic"],
  ["a dump that was there before", { ...NOTHING, dumps: ["x"] }, { ...DEFINITE, dumps: ["x"] }, "watchdog"],
] as const) {
  spec(`${what}: ${cause}`, () => {
    is(verdict(life(before, evidence)).cause, cause);
  });
}

spec("a dump from before the first boot that is written down is of another time", () => {
  is(verdict(life({ ...NOTHING, dumps: ["x"] })).cause, "first");
});

spec("panics count as resets; a fall-back is as unclear as any boot without an end", () => {
  const panics = [NOTHING, ...[["1"], ["1", "2"], ["1", "2", "3"]].map((dumps) => ({ ...NOTHING, dumps }))];
  equal(verdict(life(...panics)), { cause: "panic", watchdogBoots: 3, mayReset: false, keptSafe: true });
  const back = verdict(life({ ...SLOT_B, ended: true }, DEFINITE, { ...SLOT_A, slot: "b" }, SLOT_A));
  equal(back, { cause: "fallBack", watchdogBoots: 1, mayReset: false, keptSafe: false });
});

spec("the first boot that is written down is the first, unless the watchdog claims it", () => {
  is(verdict(life(NOTHING)).cause, "first");
  is(verdict(life(DEFINITE)).cause, "watchdog");
});

spec("the same boot again is not another one, and has not ended", () => {
  const once = life({ ...NOTHING, ended: true });
  const again = withBoot(once, { bootId: "boot-0", ...DEFINITE });
  equal(again, [{ bootId: "boot-0", cause: "first", livedMin: 0, ended: false }]);
});

spec("the third reset within an hour is the last: outputs stay safe and no more follow", () => {
  const two = verdict(life(NOTHING, DEFINITE, DEFINITE));
  equal(two, { cause: "watchdog", watchdogBoots: 2, mayReset: true, keptSafe: false });
  const three = verdict(life(NOTHING, DEFINITE, DEFINITE, DEFINITE));
  equal(three, { cause: "watchdog", watchdogBoots: 3, mayReset: false, keptSafe: true });
  ok(keptSafeReason(three).includes("3 times within an hour"));
});

spec("resets that lie an hour apart are not counted together", () => {
  const lived = (livedMin: number) => ({ ...DEFINITE, livedMin });
  is(verdict(life(lived(30), lived(30), DEFINITE)).watchdogBoots, 2);
  is(verdict(life(lived(20), lived(30), DEFINITE)).watchdogBoots, 3);
  is(verdict(life(lived(0), lived(60), DEFINITE)).watchdogBoots, 1);
});

spec("a person who restarts the board, or cuts its power, gives it a new chance", () => {
  for (const fresh of [
    { ...NOTHING, powerOn: true },
    { cardReset: false, powerOn: true },
  ]) {
    const after = verdict(life(DEFINITE, DEFINITE, DEFINITE, fresh));
    equal(after, { cause: "powerOn", watchdogBoots: 0, mayReset: true, keptSafe: false });
  }
  is(verdict(life(DEFINITE, DEFINITE, { ...DEFINITE, ended: true }, NOTHING)).keptSafe, false);
});

spec("where nothing tells a reset from a power cut, three boots end the resets but not the service", () => {
  const unclear = verdict(life(NOTHING, NOTHING, NOTHING, NOTHING));
  equal(unclear, { cause: "unclear", watchdogBoots: 0, mayReset: false, keptSafe: false });
});

spec("a boot that nobody could write down allows no reset", () => {
  equal(verdictOf([], "x"), { cause: "unclear", watchdogBoots: 0, mayReset: false, keptSafe: false });
  is(verdictOf(life(NOTHING), "another").mayReset, false);
});

spec("a history stays short", () => {
  is(life(...Array.from({ length: 20 }, () => DEFINITE)).length, 8);
});

spec("what is no history is not taken for one", () => {
  ok(isHistory(life(NOTHING, DEFINITE)));
  const [record] = life(NOTHING);
  for (const value of [null, {}, [null], [{ ...record, cause: "magic" }], [{ ...record, livedMin: -1 }]])
    is(isHistory(value), false, JSON.stringify(value));
});
