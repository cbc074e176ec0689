/**
 * How far the clock of another board is ahead of this one's, by the beats of their link: the four time stamps of NTP (RFC
 * 5905, section 8); among the last eight the one with the shortest way counts (section 10). For what people read, never for control.
 */

/** One beat that answers one of ours. */
export interface ClockSample {
  /** For a packet and its answer, us. */
  readonly roundTripUs: number;
  /** When it left over there, and when it came: clocks of the world, ms since 1970, NaN while they are not set. */
  readonly theirWallMs: number;
  readonly ourWallMs: number;
  /** The same moments by the monotonic clock of each board, us. */
  readonly theirUs: number;
  readonly ourUs: number;
}

export interface ClockEstimate {
  readonly aheadMs: number;
  /** The estimate is wrong by this at most: half of the way there and back, ms. */
  readonly errorMs: number;
}

const SAMPLES = 8;
/** A clock that moved by more than this against the monotonic one was set, ms; one that is only slewed moves by 0.5 a second at most. */
const STEP_MS = 20;

interface Kept extends ClockEstimate {
  /** Of the clock of the world, against the monotonic one, ms. */
  readonly theirBaseMs: number;
  readonly ourBaseMs: number;
}

export class ClockFilter {
  #kept: readonly Kept[] = [];

  add({ roundTripUs, theirWallMs, ourWallMs, theirUs, ourUs }: ClockSample): void {
    const errorMs = roundTripUs / 2000;
    const aheadMs = theirWallMs + errorMs - ourWallMs;
    if (!Number.isFinite(aheadMs)) {
      this.#kept = [];
      return;
    }
    const theirBaseMs = theirWallMs - theirUs / 1000;
    const ourBaseMs = ourWallMs - ourUs / 1000;
    const isStill = (one: Kept) =>
      Math.abs(one.theirBaseMs - theirBaseMs) <= STEP_MS && Math.abs(one.ourBaseMs - ourBaseMs) <= STEP_MS;
    const sample = { aheadMs, errorMs, theirBaseMs, ourBaseMs };
    this.#kept = [sample, ...this.#kept.filter(isStill)].slice(0, SAMPLES);
  }

  /** `undefined` while a clock is not set, or nothing was heard. */
  get estimate(): ClockEstimate | undefined {
    const [first, ...rest] = this.#kept;
    if (first === undefined) return undefined;
    const { aheadMs, errorMs } = rest.reduce((a, b) => (b.errorMs < a.errorMs ? b : a), first);
    return { aheadMs, errorMs };
  }
}
