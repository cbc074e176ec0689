/** All of an update on the board's side, from the first byte to the restart; the trial follows after it. */

import type { Overview } from "../board/overview.ts";
import type { LiveRecord } from "../code/live-record.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { endAbandoned } from "./abandoned-trial.ts";
import type { ReleaseAnswer } from "./ask-release.ts";
import type { BeforeUpdate } from "./before-update.ts";
import { boardFacts } from "./board-facts.ts";
import type { ByteSource } from "./byte-source.ts";
import type { CodeClient } from "./code-client.ts";
import { type GateFacts, gate } from "./gate.ts";
import { liveTrial } from "./live-trial.ts";
import { whyBySlot } from "./live-way.ts";
import type { UpdateNotice, UpdateState } from "./notice.ts";
import { ownRelease } from "./own-release.ts";
import { takePicture } from "./picture.ts";
import { type Received, type ReceivePlan, readManifest, receive } from "./receive.ts";
import { isRefusal } from "./refusal.ts";
import type { Slot } from "./slot-record.ts";
import { otherSlot, told } from "./slot-steps.ts";
import { switchOver } from "./switch.ts";
import type { TrialTimes } from "./trial.ts";
import { UpdateError } from "./update-error.ts";

export interface BringPlan extends Omit<ReceivePlan, "onProgress" | "source"> {
  /** Where it comes from; what is wrong with that is told as well. */
  readonly open: () => Promise<ByteSource>;
  /** Of the board, as it was read last. */
  readonly config: () => BoardConfig;
  /** Reads it again where it is another by now; whether it is. Throws `UpdateError` `badConfig`. */
  readonly renew: () => boolean;
  readonly times: TrialTimes;
  readonly tries?: number;
  /** Only into its slot: nobody restarts anything. */
  readonly stay: boolean;
  /** Asks the release in a slot about the board's configuration. */
  readonly ask: (slot: Slot) => Promise<ReleaseAnswer>;
  /** From the next start on it may be either release that boots. Throws when the board's boot levels cannot follow. */
  readonly levels: (answer: ReleaseAnswer) => void;
  readonly look: () => Promise<Overview>;
  readonly keep: (before: BeforeUpdate) => void;
  readonly notice: (notice: UpdateNotice) => void;
  readonly say: (word: BringWord) => void;
  readonly restart: () => Promise<void>;
  readonly live: LivePlan;
  readonly sleep: (ms: number) => Promise<void>;
  /** Undefined while the clock is not set. */
  readonly now: () => Date | undefined;
  /** ISO 8601; null while the clock is not set. */
  readonly at: () => string | null;
}

/** What a live change needs of the board. */
export interface LivePlan {
  readonly code: CodeClient;
  /** Has the programs of a slot where the board that runs can read them. Rejects when that cannot be. */
  readonly open: (slot: Slot) => Promise<void>;
  /** What was opened and nothing runs from is so no more. */
  readonly closeUnused: () => Promise<void>;
  readonly note: (live: LiveRecord) => void;
  /** Slot whose programs run. */
  readonly runs: () => Slot | undefined;
  /** Monotonic. */
  readonly nowMs: () => number;
}

/** What whoever sends is told, one at a time. */
export type BringWord =
  | { readonly progress: { readonly bytes: number; readonly of: number } }
  | {
      readonly received: {
        readonly release: string;
        readonly version: string;
        readonly slot: Slot;
        readonly how: Received["how"];
      };
    }
  | { readonly waiting: readonly string[] }
  /** It says that it may go live, and goes by its slot: why. */
  | { readonly bySlot: string }
  /** It goes live: how it stands, and what is missing. */
  | { readonly live: { readonly state: string; readonly missing: readonly string[] } }
  /** What became of it: nobody has to ask later. */
  | {
      readonly liveEnd: {
        readonly how: "confirmed" | "reverted" | "unreachable";
        readonly reason: string;
        readonly restarted: boolean;
      };
    }
  | { readonly restarting: { readonly slot: Slot; readonly drops: readonly string[] } };

/** A percent of it at most, and not more often than that. */
const PROGRESS_STEPS = 100;

/** Throws what `open`, `receive`, `ask` and `switchOver` throw; then a notice has told it, too. */
export async function bring(plan: BringPlan): Promise<Received> {
  let shown = -1;
  const onProgress = (bytes: number, of: number) => {
    const step = Math.floor((bytes / Math.max(of, 1)) * PROGRESS_STEPS);
    if (step === shown) return;
    shown = step;
    plan.say({ progress: { bytes, of } });
  };
  tell(plan, undefined, "receiving", "");
  let received: Received | undefined;
  let source: ByteSource | undefined;
  try {
    source = await plan.open();
    await endAbandoned(plan);
    received = await receive({ ...plan, source, onProgress });
    const { manifest, release, slot, how } = received;
    plan.say({ received: { release, version: manifest.version, slot, how } });
    if (how === "running") {
      tell(plan, received, "confirmed", "it runs already");
      return received;
    }
    const answer = await plan.ask(slot);
    tell(plan, received, "written", "");
    if (!plan.stay && !(await wentLive(plan, received, answer))) await switched(plan, received, answer);
    return received;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    tell(plan, received, isRefusal(code) ? "refused" : "failed", message, code === undefined ? {} : { code });
    throw error;
  } finally {
    await source?.close();
  }
}

/** True when it has come to an end, good or bad; false: it goes by its slot. */
async function wentLive(plan: BringPlan, received: Received, answer: ReleaseAnswer): Promise<boolean> {
  const { live, records, flags, tries, look, times, keep, restart, sleep } = plan;
  const { manifest, release, slot } = received;
  const record = records.read();
  if (manifest.liveFrom === undefined || record === undefined) return false;
  const running = readManifest(plan.notes, record.active);
  const facts = await factsOf(plan, received, answer);
  const why =
    facts.flips.length > 0
      ? "a safe level changes"
      : (whyBySlot({ record, running, next: manifest }) ?? (await whyNotOpen(live, slot)));
  if (why === undefined) {
    const { refusals } = gate(facts, { ...flags, now: true });
    if (refusals.length > 0) throw new UpdateError("refused", refusals.join("\n"));
    tell(plan, received, "trial", "live, without a restart", { live: true });
    const end = await liveTrial({
      ...{ records, release, slot, times, look, keep, restart, sleep, ...live },
      version: manifest.version,
      retry: flags.retry === true,
      ...(tries !== undefined && { tries }),
      onView: (state, missing) => plan.say({ live: { state, missing } }),
    });
    if (end.how !== "refused") {
      const { how, reason, restarted } = end;
      tell(plan, received, how, how === "confirmed" ? "live, without a restart" : reason);
      const after = records.read();
      if (after !== undefined && after.outcomeOf === release && !restarted) records.write(told(after));
      plan.say({ liveEnd: { how, reason, restarted } });
      return true;
    }
    plan.say({ bySlot: end.reason });
    return false;
  }
  plan.say({ bySlot: why });
  return false;
}

/** Why the board that runs cannot read programs of that slot; undefined: it can. */
async function whyNotOpen({ open }: LivePlan, slot: Slot): Promise<string | undefined> {
  try {
    await open(slot);
    return undefined;
  } catch (error) {
    const why = (error as Error).message.trim().replace(/\s*\n\s*/g, "; ");
    return `slot ${slot} cannot be read beside the one that runs: ${why}`;
  }
}

function factsOf(plan: BringPlan, { manifest, slot }: Received, answer: ReleaseAnswer): Promise<GateFacts> {
  const from = readManifest(plan.notes, otherSlot(slot)) ?? ownRelease();
  return boardFacts({ config: plan.config(), from, to: manifest, answer, look: plan.look, now: plan.now() });
}

async function switched(plan: BringPlan, received: Received, first: ReleaseAnswer): Promise<void> {
  const { look, records, flags, tries, restart, sleep } = plan;
  let answer = first;
  const { manifest, release, slot } = received;
  // Until the record says that it is on trial: who is killed before leaves something that is seen to be given up.
  tell(plan, received, "waiting", "whether the board may start again");
  await switchOver({
    ...{ records, flags, sleep },
    ...(tries !== undefined && { tries }),
    facts: () => factsOf(plan, received, answer),
    renewed: async () => {
      if (!plan.renew()) return false;
      answer = await plan.ask(slot);
      return true;
    },
    picture: async () => takePicture(await look()),
    keep: (picture) => {
      plan.keep({
        ...{ release, version: manifest.version, picture, times: plan.times },
        ...(flags.now && { now: true }),
      });
    },
    levels: () => plan.levels(answer),
    onWait: (waits) => {
      tell(plan, received, "waiting", waits.join("; "));
      plan.say({ waiting: waits });
    },
    onRestart: (drops) => plan.say({ restarting: { slot, drops } }),
    restart: () => {
      tell(plan, received, "written", "restarts now");
      return restart();
    },
  });
}

function tell(
  plan: BringPlan,
  received: Received | undefined,
  state: UpdateState,
  reason: string,
  more: Pick<UpdateNotice, "code" | "live"> = {},
): void {
  plan.notice({
    state,
    ...more,
    release: received?.release ?? plan.expected ?? null,
    version: received?.manifest.version ?? null,
    slot: received?.slot ?? null,
    reason,
    at: plan.at(),
  });
}
