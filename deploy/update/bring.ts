/** All of an update on the board's side, from the first byte to the restart; the trial follows after it. */

import type { Overview } from "../board/overview.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import type { ReleaseAnswer } from "./ask-release.ts";
import type { BeforeUpdate } from "./before-update.ts";
import { boardFacts } from "./board-facts.ts";
import type { ByteSource } from "./byte-source.ts";
import type { UpdateNotice, UpdateState } from "./notice.ts";
import { ownRelease } from "./own-release.ts";
import { takePicture } from "./picture.ts";
import { type Received, type ReceivePlan, readManifest, receive } from "./receive.ts";
import type { Slot } from "./slot-record.ts";
import { otherSlot } from "./slot-steps.ts";
import { switchOver } from "./switch.ts";
import type { TrialTimes } from "./trial.ts";

export interface BringPlan extends Omit<ReceivePlan, "onProgress" | "source"> {
  /** Where it comes from; what is wrong with that is told as well. */
  readonly open: () => Promise<ByteSource>;
  readonly config: BoardConfig;
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
  readonly sleep: (ms: number) => Promise<void>;
  readonly now: () => Date;
  /** ISO 8601; null while the clock is not set. */
  readonly at: () => string | null;
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
    received = await receive({ ...plan, source, onProgress });
    const { manifest, release, slot, how } = received;
    plan.say({ received: { release, version: manifest.version, slot, how } });
    if (how === "running") {
      tell(plan, received, "confirmed", "it runs already");
      return received;
    }
    const answer = await plan.ask(slot);
    tell(plan, received, "written", "");
    if (!plan.stay) await switched(plan, received, answer);
    return received;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    tell(plan, received, code === "refused" ? "refused" : "failed", message, code);
    throw error;
  } finally {
    await source?.close();
  }
}

async function switched(plan: BringPlan, received: Received, answer: ReleaseAnswer): Promise<void> {
  const { config, look, now, records, flags, tries, restart, sleep } = plan;
  const { manifest, release, slot } = received;
  const from = readManifest(plan.notes, otherSlot(slot)) ?? ownRelease();
  await switchOver({
    ...{ records, flags, sleep },
    ...(tries !== undefined && { tries }),
    facts: () => boardFacts({ config, from, to: manifest, answer, look, now: now() }),
    picture: async () => takePicture(await look()),
    keep: (picture) => {
      plan.keep({
        ...{ release, version: manifest.version, picture, times: plan.times },
        ...(flags.now && { now: true }),
      });
      tell(plan, received, "written", "restarts now");
    },
    levels: () => plan.levels(answer),
    onWait: (waits) => {
      tell(plan, received, "waiting", waits.join("; "));
      plan.say({ waiting: waits });
    },
    onRestart: (drops) => plan.say({ restarting: { slot, drops } }),
    restart,
  });
}

function tell(
  plan: BringPlan,
  received: Received | undefined,
  state: UpdateState,
  reason: string,
  code?: string,
): void {
  plan.notice({
    state,
    ...(code !== undefined && { code }),
    release: received?.release ?? plan.expected ?? null,
    version: received?.manifest.version ?? null,
    slot: received?.slot ?? null,
    reason,
    at: plan.at(),
  });
}
