/**
 * The watchdog's judgement, without its thread: who is past a hard deadline now, does not wake up, or holds more
 * memory outside its heap than it may, and when to look again. Reasons and what is done: runtime/README.md.
 *
 * It needs no cooperation from the code it watches: cells write deadlines before they run user code. Between
 * looks it sleeps until the earliest deadline it saw, at most `lookUs`; a deadline shorter than that, set
 * just after a look, is seen up to `lookUs` late. So `lookUs` is the pet period and hard deadlines are
 * longer.
 */
import { CellWatch, type WatchedCell } from "./cell-watch.ts";
import type { CoreTime } from "./core-time.ts";
import type { Finding } from "./finding.ts";

/** What the watchdog can do about it. Nothing here may block. */
export interface Warden {
  /** The runtime lives. */
  pet(): void;
  /** Takes the cell's outputs to their policy, at once. */
  fence(cell: string, incarnation: number): void;
  /** Asks the kernel to end the cell. It is fenced already. */
  endCell(finding: Finding): void;
  /** Tells that a cell is held up by others; it goes on. */
  blocked(finding: Finding): void;
  /** The kernel itself is beyond help: ends the whole runtime. Asked again at each look until it has. */
  endRuntime(why: string): void;
}

export interface WatchdogOptions {
  /** Longest time between two looks, and the pet period, us. */
  readonly lookUs: number;
  /** The kernel thread may be late by this much, us. */
  readonly kernelLimitUs: number;
  /** A cell must be gone this long after the kernel was asked, us. */
  readonly endLimitUs: number;
  /** A parked cell must wake up this long after its timer was due or its bell rang, us: twice what the kernel may be late. */
  readonly wakeLimitUs: number;
  /** An answer from outside that is due later than this after a hard deadline is no excuse, us: the limit of one request. */
  readonly blockedLimitUs: number;
}

export const WATCHDOG_DEFAULTS: WatchdogOptions = {
  lookUs: 10_000,
  kernelLimitUs: 250_000,
  endLimitUs: 250_000,
  wakeLimitUs: 500_000,
  blockedLimitUs: 250_000,
};

/** A look this late means that the watchdog's own thread stood still, us: later than threads wake on a machine that keeps time. */
const STALL_US = 5000;
/** Limits of a quarter of a second bear stalls up to this by themselves, us. */
const LONG_STALL_US = 30_000;

interface Watched {
  readonly watch: CellWatch;
  fencedAtUs: number | undefined;
}

export class Watchdog {
  readonly #warden: Warden;
  readonly #options: WatchdogOptions;
  readonly #coreTime: ((thread: number) => CoreTime | undefined) | undefined;
  readonly #cells = new Map<string, Watched>();
  #kernelSeenUs: number | undefined;
  #nextPetUs = 0;
  #dueUs = Number.POSITIVE_INFINITY;

  /** `coreTime`: how long a thread ran and waited for a core. Without it, who was starved counts as hung. */
  constructor(
    warden: Warden,
    options: WatchdogOptions = WATCHDOG_DEFAULTS,
    coreTime?: (thread: number) => CoreTime | undefined,
  ) {
    this.#warden = warden;
    this.#options = options;
    this.#coreTime = coreTime;
  }

  watch(cell: WatchedCell): void {
    const watch = new CellWatch(cell, this.#options, this.#coreTime);
    this.#cells.set(cell.cell, { watch, fencedAtUs: undefined });
  }

  /** Gives the system's number of the thread that is watched no more; 0 when there is none. */
  unwatch(cell: string, incarnation: number): number {
    const watch = this.#cells.get(cell)?.watch;
    if (watch?.incarnation !== incarnation) return 0;
    this.#cells.delete(cell);
    return watch.thread;
  }

  /** The kernel thread was seen alive. */
  kernelBeat(nowUs: number): void {
    this.#kernelSeenUs = nowUs;
  }

  /**
   * Acts on what is late; returns when to look again, us.
   *
   * A look that itself came late proves nothing about others: the whole machine may have stood still. That
   * time counts for nobody, and once for each work there is a little more; no other time is given, so a machine
   * that stalls again and again still sees who hangs.
   */
  look(nowUs: number): number {
    const lateUs = nowUs - this.#dueUs;
    const stalledUs = lateUs > STALL_US ? lateUs : 0;
    if (stalledUs > LONG_STALL_US) {
      if (this.#kernelSeenUs !== undefined) this.#kernelSeenUs += stalledUs;
      for (const watched of this.#cells.values())
        if (watched.fencedAtUs !== undefined) watched.fencedAtUs += stalledUs;
    }
    if (nowUs >= this.#nextPetUs) {
      this.#warden.pet();
      this.#nextPetUs = nowUs + this.#options.lookUs;
    }
    let next = this.#nextPetUs;
    for (const watched of this.#cells.values())
      next = Math.min(next, this.#lookAt(watched, nowUs, stalledUs));
    this.#dueUs = next;
    this.#lookAtKernel(nowUs);
    return next;
  }

  #lookAt(watched: Watched, nowUs: number, stalledUs: number): number {
    const { fencedAtUs } = watched;
    if (fencedAtUs === undefined) {
      const found = watched.watch.look(nowUs, stalledUs);
      if (typeof found === "number") return found;
      if (found.cause === "blocked") {
        this.#warden.blocked(found);
        return nowUs;
      }
      watched.fencedAtUs = nowUs;
      this.#warden.fence(found.cell, found.incarnation);
      this.#warden.endCell(found);
    } else if (nowUs - fencedAtUs > this.#options.endLimitUs) {
      this.#warden.endRuntime(`cell ${watched.watch.cell} could not be ended`);
    }
    return Number.POSITIVE_INFINITY;
  }

  #lookAtKernel(nowUs: number): void {
    if (this.#kernelSeenUs === undefined) return;
    const lateUs = nowUs - this.#kernelSeenUs;
    if (lateUs > this.#options.kernelLimitUs)
      this.#warden.endRuntime(`the kernel thread is ${Math.round(lateUs / 1000)} ms late`);
  }
}
