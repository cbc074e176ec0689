/**
 * The trial of a release: what was good before has to be good for the whole trial time in one go. Pure: it is fed
 * pictures with the time they were taken, and says how it stands.
 *
 * ```
 *   settling --all good--> holding --for trialMs--> confirmed
 *      ^---- a loss --------'
 *   settling, its own losses, at settleMs ----------> reverted     (refused later)
 *   started too often, or silent for silentMs ------> reverted     (startMs before its first answer)
 *   only its link is missing, at linkMs ------------> unreachable  (not refused: it may be the network)
 * ```
 *
 * While only the link is missing the trial goes on beyond `settleMs`. A loss of its own ends it then once it has lasted
 * for half a minute, so that a chip that fails for a moment does not; from `linkMs` on any loss ends it.
 */
import { type BoardPicture, deadlineLosses, lossesSince } from "./picture.ts";

export interface TrialTimes {
  /** All has to be good for so long. */
  readonly trialMs: number;
  /** Longest until it is; a release that is never good for `trialMs` in one go ends here. */
  readonly settleMs: number;
  /** The same while nothing but broker or links are missing. */
  readonly linkMs: number;
  /** Longest until the board's program answers for the first time. */
  readonly startMs: number;
  /** Longest that it may say nothing afterwards. */
  readonly silentMs: number;
}

export const TRIAL_TIMES: TrialTimes = {
  trialMs: 120_000,
  settleMs: 600_000,
  linkMs: 1_800_000,
  startMs: 180_000,
  silentMs: 60_000,
};

/** Own losses that last shorter do not end a trial between `settleMs` and `linkMs`. */
const MOMENT_MS = 30_000;
/** An answer that is late by less is none that failed. */
const HICCUP_MS = 5000;
/** Starts of the runtime in one trial that are a crash loop, the first one included. */
const MOST_STARTS = 4;

export type TrialState = "settling" | "holding" | "awaitingLink" | "confirmed" | "reverted" | "unreachable";

export interface TrialView {
  readonly state: TrialState;
  /** What is missing, a sentence each; empty where nothing is. */
  readonly missing: readonly string[];
  /** How long all has been good, ms. */
  readonly heldMs: number;
}

export class Trial {
  readonly #before: BoardPicture;
  readonly #times: TrialTimes;
  readonly #startedMs: number;
  #heardMs: number;
  /** Since when something of its own is lost. */
  #lossSinceMs: number | undefined;
  #incarnation = 0;
  #starts = 0;
  /** Since when all is good, and how the jobs stood then. */
  #good: { readonly sinceMs: number; readonly picture: BoardPicture } | undefined;
  #view: TrialView = { state: "settling", missing: ["the board has not answered yet"], heldMs: 0 };

  /** `nowMs`: monotonic, at the start of this boot's trial. */
  constructor(before: BoardPicture, nowMs: number, times: TrialTimes = TRIAL_TIMES) {
    this.#before = before;
    this.#times = times;
    this.#startedMs = this.#heardMs = nowMs;
  }

  get view(): TrialView {
    return this.#view;
  }

  /** `picture`: undefined when the board's program did not answer. After the end nothing changes any more. */
  hear(picture: BoardPicture | undefined, nowMs: number): TrialView {
    if (!isOver(this.#view.state)) this.#view = this.#judge(picture, nowMs);
    return this.#view;
  }

  #judge(picture: BoardPicture | undefined, nowMs: number): TrialView {
    if (picture === undefined) return this.#silent(nowMs);
    this.#heardMs = nowMs;
    const starts = this.#countStart(picture);
    if (starts >= MOST_STARTS) return verdict("reverted", [`the runtime was started ${starts} times`]);
    const { own, link } = lossesSince(this.#before, picture);
    const late = this.#good === undefined ? [] : deadlineLosses(this.#before, this.#good.picture, picture);
    const missing = [...own, ...late, ...link];
    if (own.length + late.length > 0) return this.#lost(missing, nowMs, late.length > 0);
    this.#lossSinceMs = undefined;
    if (link.length > 0) {
      this.#good = undefined;
      return verdict(nowMs - this.#startedMs >= this.#times.linkMs ? "unreachable" : "awaitingLink", missing);
    }
    this.#good ??= { sinceMs: nowMs, picture };
    const heldMs = nowMs - this.#good.sinceMs;
    return { state: heldMs >= this.#times.trialMs ? "confirmed" : "holding", missing, heldMs };
  }

  #silent(nowMs: number): TrialView {
    const silentMs = nowMs - this.#heardMs;
    if (silentMs < HICCUP_MS) return this.#view;
    const missing = [`the board's program has not answered for ${Math.round(silentMs / 1000)} s`];
    const limitMs = this.#starts === 0 ? this.#times.startMs : this.#times.silentMs;
    return silentMs >= limitMs ? verdict("reverted", missing) : this.#lost(missing, nowMs, false);
  }

  /** `isProven`: the loss is one of many moments already. */
  #lost(missing: readonly string[], nowMs: number, isProven: boolean): TrialView {
    this.#good = undefined;
    this.#lossSinceMs ??= nowMs;
    const elapsedMs = nowMs - this.#startedMs;
    const lasts = isProven || nowMs - this.#lossSinceMs >= MOMENT_MS;
    const { settleMs, linkMs } = this.#times;
    const isEnd = elapsedMs >= linkMs || (elapsedMs >= settleMs && lasts);
    return verdict(isEnd ? "reverted" : "settling", missing);
  }

  /** How often the runtime was started in this boot. A new one has to prove itself anew; a new guardian counts from 1. */
  #countStart({ incarnation }: BoardPicture): number {
    const before = this.#incarnation;
    if (incarnation !== before) {
      this.#good = undefined;
      this.#starts += incarnation > before ? incarnation - before : incarnation;
    }
    this.#incarnation = incarnation;
    return this.#starts;
  }
}

function verdict(state: TrialState, missing: readonly string[]): TrialView {
  return { state, missing, heldMs: 0 };
}

/** A verdict was given. */
export function isOver(state: TrialState): state is "confirmed" | "reverted" | "unreachable" {
  return state === "confirmed" || state === "reverted" || state === "unreachable";
}
