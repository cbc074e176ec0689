/**
 * What becomes of the slot record: each step is a pure function from one record to the next, and nothing else changes it.
 *
 * ```
 *   written -> onTrial -> atBoot (each boot takes one try) -> confirmed
 *                            |                             -> reverted   (the trial says no, or only its link is missing)
 *                            '-> fellBack: no try left, or its slot cannot be mounted
 * ```
 *
 * A confirmed one that later does not come up, five boots in a row, is gone back from as well, for as long as the other slot holds what was active before it:
 *
 * ```
 *   confirmed -> unseen (each boot) -> up: it has come up, from the beginning
 *                     |
 *                     '-> fellBack: the fifth was not up either
 * ```
 *
 * The boot program does `atBoot` and `unseen`, the slot's own start `up`; whatever they do not know they leave as it is.
 */
import {
  MOST_REASON_BYTES,
  MOST_REFUSED,
  MOST_TRIES,
  MOST_UNSEEN,
  type ReleaseId,
  type Slot,
  type SlotRecord,
} from "./slot-record.ts";

/** Boots that a release on trial gets: one may be lost to a power cut, and one to the watchdog. */
export const DEFAULT_TRIES = 3;

/** Boots of an active slot in a row that do not come up, until the board goes back: each takes the two minutes of the first watchdog, or somebody who switches off and on. */
export const UNSEEN_BOOTS = 5;

/** A step that the record does not allow: `code` says which, the message for people. */
export class SlotStepError extends Error {
  override readonly name = "SlotStepError";
  readonly code: "onTrial" | "notOnTrial" | "refused" | "empty";

  constructor(code: SlotStepError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** Of a new card: slot a holds this release, which nobody has proven yet. */
export function firstRecord(release: ReleaseId | undefined): SlotRecord {
  return {
    sequence: 1,
    active: "a",
    trying: undefined,
    triesLeft: 0,
    confirmed: false,
    releases: { a: release, b: undefined },
    outcome: "none",
    outcomeOf: undefined,
    reason: "",
    told: true,
    wayBack: false,
    unseenBoots: 0,
    refused: [],
  };
}

/** The slot that may be written: the one that nobody would go back to. */
export function spareSlot({ active }: SlotRecord): Slot {
  return otherSlot(active);
}

/** There are two. */
export function otherSlot(slot: Slot): Slot {
  return slot === "a" ? "b" : "a";
}

/** The spare slot is about to be written: what it held is no longer there. Throws `SlotStepError` `onTrial`. */
export function emptied(record: SlotRecord): SlotRecord {
  if (record.trying !== undefined)
    throw new SlotStepError(
      "onTrial",
      "a release is on trial: push again when that has ended (holdfast update says how it stands)",
    );
  return next(record, {
    releases: { ...record.releases, [spareSlot(record)]: undefined },
    wayBack: false,
    unseenBoots: 0,
  });
}

/** The spare slot holds a whole, verified release. Throws `SlotStepError` `onTrial`. */
export function written(record: SlotRecord, release: ReleaseId): SlotRecord {
  const { releases, wayBack, unseenBoots } = emptied(record);
  return next(record, { releases: { ...releases, [spareSlot(record)]: release }, wayBack, unseenBoots });
}

/**
 * From the next boot on the spare slot is on trial. `retry` forgets that its release was refused. Throws
 * `SlotStepError`: `onTrial`, `empty`, or `refused` with what went wrong the last time.
 */
export function onTrial(record: SlotRecord, { tries = DEFAULT_TRIES, retry = false } = {}): SlotRecord {
  const trying = spareSlot(record);
  const release = record.releases[trying];
  if (record.trying !== undefined) throw new SlotStepError("onTrial", "a release is on trial already");
  if (release === undefined) throw new SlotStepError("empty", `slot ${trying} holds no release`);
  if (!retry) checkNotRefused(record, release);
  const refused = record.refused.filter((id) => id !== release);
  return next(record, { trying, triesLeft: Math.min(Math.max(tries, 1), MOST_TRIES), refused });
}

/** Throws `SlotStepError` `refused` for a release that did not hold before. */
export function checkNotRefused(record: SlotRecord, release: ReleaseId): void {
  if (!record.refused.includes(release)) return;
  const why = record.outcomeOf === release && record.reason !== "" ? `: ${record.reason}` : "";
  throw new SlotStepError(
    "refused",
    `this board tried release ${release.slice(0, 12)} before and went back${why}; --retry tries it again`,
  );
}

export interface BootChoice {
  readonly slot: Slot;
  /** To be written before the slot is started; undefined: nothing changes. */
  readonly write: SlotRecord | undefined;
}

/**
 * Which slot is started. One on trial takes a try each time, so that a crash, a hang or a power cut costs one; without
 * any left the board falls back and refuses its release. `mounts` says whether a slot can be used at all.
 */
export function atBoot(record: SlotRecord, mounts: (slot: Slot) => boolean = () => true): BootChoice {
  const { trying, triesLeft, active, wayBack, unseenBoots } = record;
  if (trying === undefined && wayBack && unseenBoots >= UNSEEN_BOOTS) {
    const slot = spareSlot(record);
    const why = `slot ${active} did not come up in ${UNSEEN_BOOTS} boots`;
    return { slot, write: { ...givenUp(record, active, "fellBack", why, true), active: slot } };
  }
  if (trying === undefined) return { slot: mounts(active) ? active : spareSlot(record), write: undefined };
  if (triesLeft > 0 && mounts(trying))
    return { slot: trying, write: next(record, { triesLeft: triesLeft - 1 }) };
  const why = triesLeft > 0 ? "cannot be mounted" : "did not hold in any of its boots";
  return { slot: active, write: ended(record, "fellBack", `slot ${trying} ${why}`, true) };
}

/** The active slot is being started: it is not seen to have come up yet. Undefined: nothing is counted, since there is nothing to go back to, or another one is on trial. */
export function unseen(record: SlotRecord): SlotRecord | undefined {
  if (record.trying !== undefined || !record.wayBack) return undefined;
  return next(record, { unseenBoots: Math.min(record.unseenBoots + 1, MOST_UNSEEN) });
}

/** The slot that runs has come up. Undefined: nobody doubted it. */
export function up(record: SlotRecord): SlotRecord | undefined {
  return record.unseenBoots === 0 ? undefined : next(record, { unseenBoots: 0 });
}

/** What was good before is good with the slot on trial: it is the active one now. Throws `SlotStepError` `notOnTrial`. */
export function confirmed(record: SlotRecord): SlotRecord {
  const trying = tried(record);
  return next(record, {
    active: trying,
    trying: undefined,
    triesLeft: 0,
    confirmed: true,
    outcome: "confirmed",
    outcomeOf: record.releases[trying],
    reason: "",
    told: false,
    wayBack: true,
    unseenBoots: 0,
  });
}

/** The slot on trial did not hold: the other one at the next boot, and its release is refused. Throws `SlotStepError` `notOnTrial`. */
export function reverted(record: SlotRecord, reason: string): SlotRecord {
  tried(record);
  return ended(record, "reverted", reason, true);
}

/** Only its link was missing, which may not be the release's fault: back, but not refused. Throws `SlotStepError` `notOnTrial`. */
export function unreachable(record: SlotRecord, reason: string): SlotRecord {
  tried(record);
  return ended(record, "unreachable", reason, false);
}

/** The last outcome was reported. */
export function told(record: SlotRecord): SlotRecord {
  return next(record, { told: true });
}

function tried({ trying }: SlotRecord): Slot {
  if (trying === undefined) throw new SlotStepError("notOnTrial", "no release is on trial");
  return trying;
}

function ended(
  record: SlotRecord,
  outcome: SlotRecord["outcome"],
  reason: string,
  refuse: boolean,
): SlotRecord {
  return givenUp(record, tried(record), outcome, reason, refuse);
}

/** The slot did not hold; its release is refused from now on, or not. */
function givenUp(
  record: SlotRecord,
  slot: Slot,
  outcome: SlotRecord["outcome"],
  reason: string,
  refuse: boolean,
): SlotRecord {
  const release = record.releases[slot];
  const refused = record.refused.filter((id) => id !== release);
  return next(record, {
    trying: undefined,
    triesLeft: 0,
    outcome,
    outcomeOf: release,
    reason: fitting(reason),
    told: false,
    wayBack: false,
    unseenBoots: 0,
    refused: refuse && release !== undefined ? [...refused, release].slice(-MOST_REFUSED) : record.refused,
  });
}

function next(record: SlotRecord, change: Partial<SlotRecord>): SlotRecord {
  return { ...record, ...change, sequence: record.sequence + 1 };
}

/** As much of a text as the record holds, no half character. */
function fitting(text: string): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(MOST_REASON_BYTES));
  return text.slice(0, read);
}
