/**
 * Puts the release in the spare slot on trial: waits until the board may restart, takes the picture that the trial compares with,
 * writes the record, and has the board started again.
 */
import { type GateFacts, type GateFlags, gate } from "./gate.ts";
import type { BoardPicture } from "./picture.ts";
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
  readonly picture: () => Promise<BoardPicture>;
  /** Keeps the picture over the restart. */
  readonly keep: (picture: BoardPicture) => void;
  readonly restart: () => Promise<void>;
  readonly sleep: (ms: number) => Promise<void>;
  /** Hears what is waited for, whenever that changes. */
  readonly onWait: (waits: readonly string[]) => void;
  /** The board is being started again; `drops`: outputs that were not safe. */
  readonly onRestart: (drops: readonly string[]) => void;
}

const EVERY_MS = 1000;

/**
 * Resolves when the board is being started again, with the record that it starts by. Waits for as long as it takes. Throws
 * `UpdateError` `refused`, `SlotStepError`; the board then runs on as it is.
 */
export async function switchOver(plan: SwitchPlan): Promise<SlotRecord> {
  const { records, flags, tries, facts, onWait, sleep } = plan;
  let shown: string | undefined;
  let dropped: readonly string[];
  for (;;) {
    const { refusals, waits, drops } = gate(await facts(), flags);
    if (refusals.length > 0) throw new UpdateError("refused", refusals.join("\n"));
    dropped = drops;
    if (waits.length === 0) break;
    if (waits.join() !== shown) onWait(waits);
    shown = waits.join();
    await sleep(EVERY_MS);
  }
  const record = records.read();
  if (record === undefined)
    throw new UpdateError("noRecord", "the slot record cannot be read: push the release again");
  const next = onTrial(record, {
    ...(tries !== undefined && { tries }),
    ...(flags.retry !== undefined && { retry: flags.retry }),
  });
  plan.keep(await plan.picture());
  records.write(next);
  const ordered = plan.restart();
  // Not before: whoever hears it may end this process.
  plan.onRestart(dropped);
  await ordered;
  return next;
}
