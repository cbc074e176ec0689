/**
 * Wall time, where this machine knows it. A Pi has no clock that runs without power: until a time server has answered its system goes on from
 * where it was, which looks like a time and may be months old. So a board says a time, and goes by `updateWindow`, only when neither of
 * these is so:
 *
 * | the clock | seen by |
 * | --- | --- |
 * | shows less than when this release was built | the clock |
 * | goes on from the last orderly end (Holdfast OS) | a mark that `slot/up` makes, and `slot/network` takes away when a server has answered |
 * | goes on from where systemd-timesyncd has kept it | its folder without its mark (systemd-timesyncd.service(8), FILES), and no clock with a battery |
 *
 * Whoever else sets the clock (chrony, a person) is believed.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Of `slot/up`: the clock is what it was at the last orderly end. */
const GUESSED = "run/holdfast-clock-guessed";
/** There while systemd-timesyncd runs; its mark from the first answer of a server on. */
const TIMESYNCD = "run/systemd/timesync";
const TIMESYNCD_MARK = `${TIMESYNCD}/synchronized`;
const RTC = "sys/class/rtc";
/** Between two looks at files while the clock is only a guess, ms. */
const LOOK_EVERY_MS = 1000;

export interface WallClockOptions {
  /** Less than this cannot be true: when the release was built (`BUILT_AT_MS`), ms since 1970. */
  readonly floorMs: number;
  /** Where files begin; a test's elsewhere. */
  readonly root?: string;
  /** ms since 1970. */
  readonly wallMs?: () => number;
  /** Monotonic, ms. */
  readonly nowMs?: () => number;
}

export class WallClock {
  readonly #floorMs: number;
  readonly #root: string;
  readonly #wallMs: () => number;
  readonly #nowMs: () => number;
  /** Stays: a service that is started again has not made the clock a guess. */
  #isSet = false;
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(options: WallClockOptions) {
    const { floorMs, root = "/", wallMs = Date.now, nowMs = () => performance.now() } = options;
    this.#floorMs = floorMs;
    this.#root = root;
    this.#wallMs = wallMs;
    this.#nowMs = nowMs;
  }

  /** ms since 1970; undefined while nobody has set the clock. */
  get ms(): number | undefined {
    const ms = this.#wallMs();
    return ms >= this.#floorMs && this.#known() ? ms : undefined;
  }

  /** The same. */
  get date(): Date | undefined {
    const { ms } = this;
    return ms === undefined ? undefined : new Date(ms);
  }

  /** ISO 8601; null while nobody has set the clock. */
  get at(): string | null {
    return this.date?.toISOString() ?? null;
  }

  #known(): boolean {
    if (this.#isSet || this.#nowMs() - this.#lookedMs < LOOK_EVERY_MS) return this.#isSet;
    this.#lookedMs = this.#nowMs();
    this.#isSet = !isGuessed(this.#root);
    return this.#isSet;
  }
}

function isGuessed(root: string): boolean {
  const has = (path: string) => existsSync(join(root, path));
  return has(GUESSED) || (has(TIMESYNCD) && !has(TIMESYNCD_MARK) && !hasBattery(join(root, RTC)));
}

function hasBattery(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch {
    return false; // a kernel without any
  }
}
