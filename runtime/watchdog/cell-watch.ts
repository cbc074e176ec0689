/**
 * The watch over one life of a cell: from its shared words and the time, what is wrong with it now and when to look
 * again. It remembers what it saw first of the work at hand, so that a stall of the machine is nobody's fault.
 */
import { ProgressReader } from "../cell/progress-word.ts";
import type { CoreTime } from "./core-time.ts";
import type { Finding } from "./finding.ts";

/** Where a watched cell can be read. */
export interface WatchedCell {
  readonly cell: string;
  readonly incarnation: number;
  readonly progress: SharedArrayBuffer;
  /** The word that wakes it; absent when it is not woken so, or not in this process. */
  readonly bell?: SharedArrayBuffer;
}

export interface CellLimits {
  /** A parked cell must wake up this long after its timer was due or its bell rang, us. */
  readonly wakeLimitUs: number;
  /** An outside answer excuses work for this long after its hard deadline, us. */
  readonly blockedLimitUs: number;
}

/** So much longer a cell may take when the machine stood still while it worked, us. Once for each work. */
const GRACE_US = 3000;
/**
 * Of the time since its work was seen first, a thread that waited for a core longer than this part was starved. One
 * that ran for ten of the longest slices all the same has had enough: it hangs, on a busy machine.
 */
const STARVED_SHARE = 0.5;
const LEAST_STARVED_US = 2000;
const RAN_ENOUGH_US = 20_000;
/** Once it waits no more, its work may take so long, us: to wake up, and to do what is left. */
const RECOVER_US = 20_000;
/** Look so soon after a deadline, us: a tick of the words. */
const AFTER_US = 100;

export class CellWatch {
  readonly incarnation: number;
  readonly cell: string;
  readonly #reader: ProgressReader;
  readonly #bell: Int32Array | undefined;
  readonly #limits: CellLimits;
  readonly #coreTime: (thread: number) => CoreTime | undefined;
  /** The work at hand, as it was seen first. */
  #stretch = 0;
  #seenUs = 0;
  #seenCore: CoreTime | undefined;
  /** Of the time since then, nobody ran. */
  #stalledUs = 0;
  /** When it was seen to wait for somebody outside last, past its hard deadline. */
  #waitedUs: number | undefined;
  /** Asleep though it should not be, with this park and bell, since. */
  #parked = 0;
  #bellSeen = 0;
  #rungUs: number | undefined;

  constructor(
    { cell, incarnation, progress, bell }: WatchedCell,
    limits: CellLimits,
    coreTime: (thread: number) => CoreTime | undefined = () => undefined,
  ) {
    this.cell = cell;
    this.incarnation = incarnation;
    this.#reader = new ProgressReader(progress);
    this.#bell = bell === undefined ? undefined : new Int32Array(bell);
    this.#limits = limits;
    this.#coreTime = coreTime;
  }

  /** The system's number of its thread, 0 when that is not known. */
  get thread(): number {
    return this.#reader.thread();
  }

  /**
   * What is wrong with it now, or, as a number, when to look at it again, us: `Infinity` when it does nothing that
   * ends by a time. `stalledUs`: the machine stood still for so long just now, 0 when it did not.
   */
  look(nowUs: number, stalledUs: number): Finding | number {
    const reader = this.#reader;
    const stretch = reader.stretch();
    if (stretch !== this.#stretch) this.#newWork(stretch, nowUs);
    if (stretch !== 0 && stalledUs > 0) {
      if (this.#stalledUs === 0) this.#stalledUs = GRACE_US;
      this.#stalledUs += stalledUs;
    }
    const pastUs = reader.lateUs(nowUs);
    if (pastUs !== undefined) {
      const lateUs = pastUs - this.#stalledUs;
      if (lateUs > 0) return this.#overrun(nowUs, lateUs);
    }
    if (reader.excessKb() > 0) return this.#finding("outOfMemory", nowUs, 0);
    // A heartbeat has a deadline though its cell is parked.
    const asleep = this.#asleep(nowUs, stalledUs);
    if (typeof asleep !== "number" || pastUs === undefined) return asleep;
    return nowUs - pastUs + this.#stalledUs + AFTER_US;
  }

  #newWork(stretch: number, nowUs: number): void {
    this.#stretch = stretch;
    this.#stalledUs = 0;
    this.#waitedUs = undefined;
    if (stretch === 0) return;
    this.#seenUs = nowUs;
    const { thread } = this;
    this.#seenCore = thread === 0 ? undefined : this.#coreTime(thread);
  }

  #overrun(nowUs: number, lateUs: number): Finding | number {
    const { blockedLimitUs } = this.#limits;
    const waitsFor = this.#reader.waitsFor(nowUs);
    if (waitsFor !== undefined && lateUs < blockedLimitUs) {
      const told = this.#waitedUs !== undefined;
      this.#waitedUs = nowUs;
      if (!told) return this.#finding("blocked", nowUs, lateUs, { waitsFor });
    }
    if (this.#waitedUs !== undefined && nowUs < this.#waitedUs + RECOVER_US)
      return this.#waitedUs + RECOVER_US + AFTER_US;
    const behind = this.#reader.behind();
    if (behind !== undefined) return this.#finding("late", nowUs, lateUs, { behind });
    const withoutCoreUs = this.#starvedUs(nowUs);
    if (withoutCoreUs !== undefined) return this.#finding("late", nowUs, lateUs, { withoutCoreUs });
    return this.#finding("hung", nowUs, lateUs);
  }

  /** How long its thread waited for a core since its work was seen, us, when that was most of the time. */
  #starvedUs(nowUs: number): number | undefined {
    if (this.#seenCore === undefined) return undefined;
    const core = this.#coreTime(this.thread);
    if (core === undefined) return undefined;
    if (core.ranUs - this.#seenCore.ranUs >= RAN_ENOUGH_US) return undefined;
    const waitedUs = core.waitedUs - this.#seenCore.waitedUs;
    const most = Math.max(LEAST_STARVED_US, STARVED_SHARE * (nowUs - this.#seenUs));
    return waitedUs > most ? Math.round(waitedUs) : undefined;
  }

  #asleep(nowUs: number, stalledUs: number): Finding | number {
    const reader = this.#reader;
    const parked = reader.parked();
    const bellSeen = reader.bellSeen();
    if (parked !== this.#parked || bellSeen !== this.#bellSeen) this.#rungUs = undefined;
    this.#parked = parked;
    this.#bellSeen = bellSeen;
    if (parked === 0) return Number.POSITIVE_INFINITY;
    const oversleptUs = reader.oversleptUs(nowUs);
    const rung = this.#bell !== undefined && Atomics.load(this.#bell, 0) !== bellSeen;
    if (oversleptUs <= 0 && !rung) {
      this.#rungUs = undefined;
      return Number.POSITIVE_INFINITY;
    }
    this.#rungUs = this.#rungUs === undefined ? nowUs : this.#rungUs + stalledUs;
    const lateUs = nowUs - this.#rungUs;
    return lateUs > this.#limits.wakeLimitUs
      ? this.#finding("late", nowUs, Math.max(lateUs, oversleptUs), { asleep: true })
      : Number.POSITIVE_INFINITY;
  }

  #finding(cause: Finding["cause"], nowUs: number, lateUs: number, more: Partial<Finding> = {}): Finding {
    return {
      cause,
      cell: this.cell,
      incarnation: this.incarnation,
      lateUs,
      workedUs: this.#stretch === 0 ? 0 : nowUs - this.#seenUs,
      process: this.#reader.processNumber(),
      ...more,
      ...(this.#stalledUs === 0 ? {} : { stalledUs: this.#stalledUs }),
    };
  }
}
