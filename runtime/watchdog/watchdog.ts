/**
 * The watchdog's judgement, without its thread: who is past a hard deadline now, or holds more memory outside
 * its heap than it may, and when to look again.
 *
 * It needs no cooperation from the code it watches: cells write deadlines before they run user code. Between
 * looks it sleeps until the earliest deadline it saw, at most `lookUs`; a deadline shorter than that, set
 * just after a look, is seen up to `lookUs` late. So `lookUs` is the pet period and hard deadlines are
 * longer.
 */
import { ProgressReader } from "../cell/progress-word.ts";

/** What the watchdog can do about it. Nothing here may block. */
export interface Warden {
  /** The runtime lives. */
  pet(): void;
  /** Takes the cell's outputs to their policy, at once. */
  fence(cell: string, incarnation: number): void;
  /** Asks the kernel to end the cell: `hung` is `lateUs` past its hard deadline, `outOfMemory` above `externalMb`. */
  endCell(
    cell: string,
    incarnation: number,
    lateUs: number,
    processNumber: number,
    cause: "hung" | "outOfMemory",
  ): void;
  /** The kernel itself is beyond help: ends the whole runtime. Does not return. */
  endRuntime(why: string): void;
}

export interface WatchdogOptions {
  /** Longest time between two looks, and the pet period, us. */
  readonly lookUs: number;
  /** The kernel thread may be late by this much, us. */
  readonly kernelLimitUs: number;
  /** A cell must be gone this long after the kernel was asked, us. */
  readonly endLimitUs: number;
}

export const WATCHDOG_DEFAULTS: WatchdogOptions = {
  lookUs: 10_000,
  kernelLimitUs: 250_000,
  endLimitUs: 250_000,
};

/** A look this late means that the watchdog's own thread stood still, us. */
const STALL_US = 30_000;
const GRACE_US = 3000;

interface Watched {
  readonly reader: ProgressReader;
  readonly incarnation: number;
  fencedAtUs: number | undefined;
}

export class Watchdog {
  readonly #warden: Warden;
  readonly #options: WatchdogOptions;
  readonly #cells = new Map<string, Watched>();
  #kernelSeenUs: number | undefined;
  #nextPetUs = 0;
  #dueUs = Number.POSITIVE_INFINITY;

  constructor(warden: Warden, options: WatchdogOptions = WATCHDOG_DEFAULTS) {
    this.#warden = warden;
    this.#options = options;
  }

  watch(cell: string, incarnation: number, progress: SharedArrayBuffer): void {
    this.#cells.set(cell, { reader: new ProgressReader(progress), incarnation, fencedAtUs: undefined });
  }

  unwatch(cell: string, incarnation: number): void {
    if (this.#cells.get(cell)?.incarnation === incarnation) this.#cells.delete(cell);
  }

  /** The kernel thread was seen alive. */
  kernelBeat(nowUs: number): void {
    this.#kernelSeenUs = nowUs;
  }

  /**
   * Acts on what is late; returns when to look again, us.
   *
   * A look that itself came late proves nothing about others (the whole process may have stood still): once,
   * it pets and gives everybody `GRACE_US`. The time of the stall counts for nobody, and no other time is given:
   * a machine that stalls again and again still sees a kernel that hangs.
   */
  look(nowUs: number): number {
    const { lookUs, kernelLimitUs, endLimitUs } = this.#options;
    const stalledUs = nowUs - this.#dueUs;
    if (stalledUs > STALL_US) {
      this.#dueUs = Number.POSITIVE_INFINITY;
      this.#warden.pet();
      if (this.#kernelSeenUs !== undefined) this.#kernelSeenUs += stalledUs;
      for (const watched of this.#cells.values())
        if (watched.fencedAtUs !== undefined) watched.fencedAtUs += stalledUs;
      return nowUs + GRACE_US;
    }
    if (nowUs >= this.#nextPetUs) {
      this.#warden.pet();
      this.#nextPetUs = nowUs + lookUs;
    }
    let next = this.#nextPetUs;
    for (const [cell, watched] of this.#cells) {
      if (watched.fencedAtUs !== undefined) {
        if (nowUs - watched.fencedAtUs > endLimitUs)
          this.#warden.endRuntime(`cell ${cell} could not be ended`);
        continue;
      }
      const lateUs = watched.reader.lateUs(nowUs);
      if (lateUs !== undefined && lateUs > 0) this.#end(cell, watched, nowUs, lateUs, "hung");
      else if (watched.reader.excessKb() > 0) this.#end(cell, watched, nowUs, 0, "outOfMemory");
      else if (lateUs !== undefined) next = Math.min(next, nowUs - lateUs + 100);
    }
    const kernelSeenUs = this.#kernelSeenUs;
    if (kernelSeenUs !== undefined && nowUs - kernelSeenUs > kernelLimitUs) {
      this.#warden.endRuntime(`the kernel thread is ${Math.round((nowUs - kernelSeenUs) / 1000)} ms late`);
    }
    this.#dueUs = next;
    return next;
  }

  #end(cell: string, watched: Watched, nowUs: number, lateUs: number, cause: "hung" | "outOfMemory"): void {
    watched.fencedAtUs = nowUs;
    this.#warden.fence(cell, watched.incarnation);
    this.#warden.endCell(cell, watched.incarnation, lateUs, watched.reader.processNumber(), cause);
  }
}
