/**
 * The trial as a program on the board, beside the board's own: it looks every second, and writes the verdict into the
 * record. It runs from the release on trial; what starts it (`slots`, the service, the init of Holdfast OS) starts the
 * board again when it fails, which costs the release a try.
 */
import type { KnownBefore } from "./before-update.ts";
import type { UpdateNotice, UpdateState } from "./notice.ts";
import type { PictureSource } from "./picture.ts";
import { takePicture } from "./picture.ts";
import type { Slot, SlotRecord } from "./slot-record.ts";
import type { SlotRecords } from "./slot-records.ts";
import { confirmed, reverted, told, unreachable } from "./slot-steps.ts";
import { isOver, Trial, type TrialView } from "./trial.ts";
import { whenItMayGoBack } from "./way-back.ts";

export interface TrialRun {
  readonly records: SlotRecords;
  /** The slot whose programs run; undefined where nobody says so. */
  readonly runs: Slot | undefined;
  readonly before: (release: string | undefined) => KnownBefore;
  /** The board's overview; rejects when it does not answer. */
  readonly look: () => Promise<PictureSource>;
  readonly notice: (notice: UpdateNotice) => void;
  readonly restart: () => Promise<void>;
  /** What stands against a restart now (`way-back.ts`). */
  readonly against: () => Promise<readonly string[] | undefined>;
  readonly nowMs: () => number;
  /** ISO 8601; null while the clock is not set. */
  readonly at: () => string | null;
  readonly sleep: (ms: number) => Promise<void>;
  /** Hears how it stands, whenever that changes. */
  readonly onView?: (view: TrialView) => void;
}

const EVERY_MS = 1000;
/** Why nothing is confirmed where there is nothing to compare with. */
const UNKNOWN = "how the board was before is not known any more: its notes were lost or cannot be read";

/**
 * Resolves with what came of it; `none` when no release is on trial. An outcome of a release that is gone by now is told. Rejects when the record cannot be read or written.
 */
export async function runTrial(run: TrialRun): Promise<UpdateState | "none"> {
  const record = run.records.read();
  if (record?.trying === undefined) {
    if (record !== undefined && !record.told) tell(run, record);
    return record === undefined || record.outcome === "none" ? "none" : record.outcome;
  }
  // It goes live: who brings it judges it.
  if (run.runs !== undefined && run.runs !== record.trying) return "none";
  const release = record.releases[record.trying];
  const before = run.before(release);
  const about = { release: release ?? null, version: before.version || null, slot: record.trying };
  run.notice({ ...about, state: "trial", reason: "", at: run.at() });
  const back = (verdict: (record: SlotRecord) => SlotRecord, reason: string) =>
    goBack(run, verdict, { ...about, state: "trial", reason, at: run.at() }, before.now === true);
  if (before.picture === undefined) return back((now) => reverted(now, UNKNOWN), UNKNOWN);
  const trial = new Trial(before.picture, run.nowMs(), before.times);
  let shown = "";
  while (!isOver(trial.view.state)) {
    await run.sleep(EVERY_MS);
    // The board was started again, and another one watches now.
    if (run.records.read()?.trying !== record.trying) return "none";
    trial.hear(await look(run), run.nowMs());
    const now = `${trial.view.state} ${trial.view.missing.join("; ")}`;
    if (now !== shown) run.onView?.(trial.view);
    shown = now;
  }
  if (trial.view.state !== "confirmed")
    return back((now) => verdictOf(now, trial.view), trial.view.missing.join("; "));
  const after = verdictOf(run.records.read() ?? record, trial.view);
  run.records.write(after);
  tell(run, after);
  return after.outcome;
}

/**
 * The release that one goes back to tells of it: this one may have no way to. Until the restart the record says that it is on
 * trial: whatever ends this program, or the board, costs it a try. `now`: somebody said that nothing has to be waited for.
 */
async function goBack(
  run: TrialRun,
  verdict: (record: SlotRecord) => SlotRecord,
  notice: UpdateNotice,
  now: boolean,
): Promise<UpdateState | "none"> {
  const onWait = (waits: readonly string[]) =>
    run.notice({
      ...notice,
      reason: `goes back: ${notice.reason}; waits: ${waits.join("; ")}`,
      at: run.at(),
    });
  if (!now) await whenItMayGoBack({ ...run, onWait });
  const record = run.records.read();
  if (record?.trying === undefined) return "none"; // somebody else has ended it
  const after = verdict(record);
  run.records.write(after);
  await run.restart();
  return after.outcome;
}

async function look({ look }: TrialRun) {
  try {
    return takePicture(await look());
  } catch {
    return undefined; // silence is what the trial judges
  }
}

function verdictOf(record: SlotRecord, { state, missing }: TrialView): SlotRecord {
  if (state === "confirmed") return confirmed(record);
  const reason = missing.join("; ");
  return state === "unreachable" ? unreachable(record, reason) : reverted(record, reason);
}

/** Says it where the broker hears it, and that it was said. */
function tell(run: TrialRun, record: SlotRecord): void {
  const { outcome, outcomeOf, reason } = record;
  if (outcome === "none") return;
  run.notice({
    state: outcome,
    release: outcomeOf ?? null,
    version: run.before(outcomeOf).version || null,
    slot: record.active,
    reason,
    at: run.at(),
  });
  run.records.write(told(record));
}
