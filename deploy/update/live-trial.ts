/**
 * A release that goes live: its code of devices and controllers runs beside the board's other programs, on trial as after a
 * restart, and lines hold all the while. What was good before has to be good for the trial time; then the release is the
 * active one, and the next start runs all of it. Else the old code goes on, or, when the board does not say that it does,
 * the board is started again with the release before.
 *
 * While it lasts the record has the release on trial, so a power cut leaves a board that tries it by its slot.
 */
import type { CodeState } from "../code/code-messages.ts";
import type { LiveRecord } from "../code/live-record.ts";
import type { BeforeUpdate } from "./before-update.ts";
import type { CodeClient } from "./code-client.ts";
import { type PictureSource, takePicture } from "./picture.ts";
import type { ReleaseId, Slot, SlotRecord } from "./slot-record.ts";
import type { SlotRecords } from "./slot-records.ts";
import { confirmed, onTrial, reverted, unreachable } from "./slot-steps.ts";
import { isOver, Trial, type TrialTimes } from "./trial.ts";
import { UpdateError } from "./update-error.ts";

export interface LiveTrialPlan {
  readonly records: SlotRecords;
  readonly code: CodeClient;
  readonly release: ReleaseId;
  readonly version: string;
  /** That it is in. */
  readonly slot: Slot;
  readonly times: TrialTimes;
  readonly retry: boolean;
  readonly tries?: number;
  readonly look: () => Promise<PictureSource>;
  readonly keep: (before: BeforeUpdate) => void;
  readonly note: (live: LiveRecord) => void;
  /** By slot: the last way back. */
  readonly restart: () => Promise<void>;
  readonly sleep: (ms: number) => Promise<void>;
  readonly nowMs: () => number;
  /** Hears how it stands, whenever that changes. */
  readonly onView: (state: string, missing: readonly string[]) => void;
}

/** `refused`: nothing was changed, and why; it may still go by its slot. `restarted`: the old code did not come back live. */
export type LiveEnd =
  | { readonly how: "refused"; readonly reason: string }
  | {
      readonly how: "confirmed" | "reverted" | "unreachable";
      readonly reason: string;
      readonly restarted: boolean;
    };

const EVERY_MS = 1000;
/** Longest that all cells need to start new versions, to keep or to leave them, ms. */
const CHANGE_LIMIT_MS = 60_000;

export async function liveTrial(plan: LiveTrialPlan): Promise<LiveEnd> {
  const { records, code, release, version, slot, times } = plan;
  const before = await plan.look();
  const limitMs = Math.max(times.settleMs, times.linkMs) + times.trialMs + 2 * CHANGE_LIMIT_MS;
  const begun = await code.tryOut(slot, release, Math.min(limitMs, 3_600_000));
  if ("refused" in begun) return { how: "refused", reason: begun.refused };
  const loaded = await reached(plan, ["trial", "takenBack"]);
  const why = loaded?.cause ?? "it was not loaded in time";
  if (loaded?.phase !== "trial" && loaded?.crashed !== true) {
    await isBack(plan, why);
    return { how: "refused", reason: why };
  }
  const record = records.read();
  if (record === undefined)
    throw new UpdateError("noRecord", "the slot record cannot be read: push it again");
  const { retry, tries } = plan;
  try {
    plan.keep({ release, version, picture: takePicture(before), times });
    records.write(onTrial(record, { retry, ...(tries !== undefined && { tries }) }));
  } catch (error) {
    // A disk that takes nothing: what is not written down is not tried.
    await code.takeBack((error as Error).message).catch(() => undefined);
    throw error;
  }
  const { state, reason } =
    loaded.phase === "trial" ? await judged(plan, before) : { state: "reverted" as const, reason: why };
  if (state !== "confirmed") return ended(plan, state, reason);
  if ((await reached(plan, ["kept"], () => code.keep())) === undefined)
    return ended(plan, "reverted", "it was not kept in time");
  plan.note({ release, slot, beside: record.active });
  records.write(confirmed(recordOf(records, record)));
  return { how: "confirmed", reason: "", restarted: false };
}

interface Verdict {
  readonly state: "confirmed" | "reverted" | "unreachable";
  readonly reason: string;
}

/** As after a restart; a runtime that is started again has the old code, and ends it. */
async function judged(plan: LiveTrialPlan, before: PictureSource): Promise<Verdict> {
  const { code, look, sleep, nowMs, onView } = plan;
  const trial = new Trial(takePicture(before), nowMs(), plan.times);
  for (let shown = ""; ; ) {
    await sleep(EVERY_MS);
    const state = await code.state().catch(() => undefined);
    if (state !== undefined && state.phase !== "trial")
      return { state: "reverted", reason: state.cause ?? "the board's program was started again" };
    const seen = await look().catch(() => undefined);
    const { state: is, missing } = trial.hear(
      // Starts of the runtime count from this one.
      seen && takePicture({ ...seen, incarnation: 1 + seen.incarnation - before.incarnation }),
      nowMs(),
    );
    if (`${is} ${missing.join()}` !== shown) onView(is, missing);
    shown = `${is} ${missing.join()}`;
    if (isOver(is)) return { state: is, reason: missing.join("; ") };
  }
}

/** It is no good: the old code goes on, and the record says so. */
async function ended(plan: LiveTrialPlan, how: "reverted" | "unreachable", reason: string): Promise<LiveEnd> {
  const { records, restart } = plan;
  const goesOn = await isBack(plan, reason);
  const record = records.read();
  if (record !== undefined)
    records.write(how === "reverted" ? reverted(record, reason) : unreachable(record, reason));
  if (!goesOn) await restart();
  return { how, reason, restarted: !goesOn };
}

/** Has the old code go on, whatever was on trial; false when the board does not say within a minute that it does. */
export async function isBack(
  plan: Pick<LiveTrialPlan, "code" | "sleep" | "nowMs">,
  reason: string,
): Promise<boolean> {
  return (await reached(plan, ["takenBack", "own"], () => plan.code.takeBack(reason))) !== undefined;
}

/**
 * Undefined when the board's code is in none of these phases in time. `ask`: is asked for until then, since a word may not arrive: somebody
 * else asks just now, or the machine is too busy. A board that does it already refuses it once more.
 */
async function reached(
  { code, sleep, nowMs }: Pick<LiveTrialPlan, "code" | "sleep" | "nowMs">,
  phases: readonly CodeState["phase"][],
  ask: () => Promise<unknown> = async () => undefined,
): Promise<CodeState | undefined> {
  for (const endMs = nowMs() + CHANGE_LIMIT_MS; nowMs() < endMs; await sleep(EVERY_MS)) {
    await ask().catch(() => undefined); // its state says what became of it
    const state = await code.state().catch(() => undefined);
    if (state !== undefined && phases.includes(state.phase)) return state;
  }
  return undefined;
}

function recordOf(records: SlotRecords, otherwise: SlotRecord): SlotRecord {
  return records.read() ?? otherwise;
}
