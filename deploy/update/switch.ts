/**
 * Puts the release in the spare slot on trial: waits until the board may restart, takes the picture that the trial compares with,
 * has the levels from power-up on fit both releases, writes the record, and has the board started again.
 */
import { type GateFacts, type GateFlags, gate } from "./gate.ts";
import { type BoardPicture, NO_PICTURE } from "./picture.ts";
import type { SlotRecord } from "./slot-record.ts";
import type { SlotRecords } from "./slot-records.ts";
import { onTrial } from "./slot-steps.ts";
import { UpdateError } from "./update-error.ts";

export interface SwitchPlan {
  readonly records: SlotRecords;
  readonly flags: GateFlags & { readonly retry?: boolean };
  readonly tries?: number;
  /** As things are at this moment. */
  readonly facts: () => Promise<GateFacts>;
  /** Has the release asked about the board's configuration where that became another while it was waited; whether it did. Rejects when it is not taken. */
  readonly renewed: () => Promise<boolean>;
  /** Rejects when the board does not answer. */
  readonly picture: () => Promise<BoardPicture>;
  /** Keeps the picture over the restart. */
  readonly keep: (picture: BoardPicture) => void;
  /** Has the firmware drive only what both releases want: from now on either may boot. Throws when it cannot. */
  readonly levels: () => void;
  readonly restart: () => Promise<void>;
  readonly sleep: (ms: number) => Promise<void>;
  /** Hears what is waited for, whenever that changes. */
  readonly onWait: (waits: readonly string[]) => void;
  /** The board is being started again; `drops`: outputs that were not safe. */
  readonly onRestart: (drops: readonly string[]) => void;
}

const EVERY_MS = 1000;

/** Questions in a row without an answer until a board counts as one that does not run: one that is slow may have outputs on. */
const SILENT_ROUNDS = 10;

/**
 * Resolves when the board is being started again, with the record that it starts by. Waits for as long as it takes. Throws
 * `UpdateError` `refused`, `SlotStepError`; the board then runs on as it is.
 */
export async function switchOver(plan: SwitchPlan): Promise<SlotRecord> {
  const { records, flags, tries } = plan;
  const drops = await prepared(plan);
  const record = records.read();
  if (record === undefined)
    throw new UpdateError("noRecord", "the slot record cannot be read: push the release again");
  const next = onTrial(record, {
    ...(tries !== undefined && { tries }),
    ...(flags.retry !== undefined && { retry: flags.retry }),
  });
  records.write(next);
  const ordered = plan.restart();
  // Not before: whoever hears it may end this process.
  plan.onRestart(drops);
  await ordered;
  return next;
}

/**
 * What the trial and the firmware have to know is on the card, and the board may restart; what drops by that. Levels are kept before the
 * record: a power cut between the two boots a release whose levels are the same, or nobody's.
 */
async function prepared(plan: SwitchPlan): Promise<readonly string[]> {
  const { flags, facts, sleep } = plan;
  for (;;) {
    const { before, isHeard } = await whenFree(plan);
    plan.keep(before);
    plan.levels();
    // A card takes its time: an output may have been switched on since.
    const now = await facts();
    const { refusals, waits, drops } = gate(now, flags);
    if (refusals.length > 0) throw new UpdateError("refused", refusals.join("\n"));
    if (waits.length === 0 && (now.devices !== undefined || !isHeard)) return drops;
    await sleep(EVERY_MS);
  }
}

/** When the gate lets the board through, with the picture of that moment; `isHeard`: the board answered. */
async function whenFree(plan: SwitchPlan) {
  const { flags, facts, onWait, sleep } = plan;
  let shown: string | undefined;
  for (let silent = 0; ; ) {
    const now = await facts();
    const { refusals, waits } = gate(now, flags);
    if (refusals.length > 0) throw new UpdateError("refused", refusals.join("\n"));
    silent = now.devices === undefined ? silent + 1 : 0;
    const before = waits.length > 0 ? undefined : await pictureOf(plan, silent);
    if (before !== undefined && (await plan.renewed())) continue; // another configuration has other outputs
    if (before !== undefined) return { before, isHeard: now.devices !== undefined };
    const reasons = waits.length > 0 ? waits : ["the board's program does not answer"];
    if (reasons.join() !== shown) onWait(reasons);
    shown = reasons.join();
    await sleep(EVERY_MS);
  }
}

/** Undefined when the board did not answer this time. */
async function pictureOf({ picture }: SwitchPlan, silent: number): Promise<BoardPicture | undefined> {
  if (silent >= SILENT_ROUNDS) return NO_PICTURE;
  return silent > 0 ? undefined : picture().catch(() => undefined);
}
