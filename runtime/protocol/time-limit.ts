/**
 * One time limit that somebody else has to keep, and the judgement who is to blame when it passed.
 *
 * The limit is of the party's own time. What the scheduler and the link took of it is given back: so a party
 * that answers in time whenever it may run is never blamed, and one that does not is blamed as soon as it
 * had as much time of its own as the contract allows. Pure.
 */

export type Blame = "peer" | "scheduler" | "link";

/** Where the time went since the limit began, as far as it is known, us. */
export interface Evidence {
  /** The party had the processor, or waited by its own choice. */
  readonly ownUs: number;
  /** It was runnable, and others ran. */
  readonly schedulerUs: number;
  /** The request was on its way, or the answer. `Infinity`: it is lost. */
  readonly linkUs: number;
}

/** Less than this part of a limit is given back without a word. */
const WORTH_TELLING = 0.1;

export class TimeLimit {
  /** When to look whether it was kept, us; `Infinity` while nothing is due. */
  dueUs = Number.POSITIVE_INFINITY;
  #limitUs = 0;
  #startUs = 0;
  #told = false;

  /** The other party has `limitUs` from now. */
  begin(limitUs: number, nowUs: number): void {
    this.#limitUs = limitUs;
    this.#startUs = nowUs;
    this.#told = false;
    this.dueUs = nowUs + limitUs;
  }

  /** It was kept, or does not matter any more. */
  end(): void {
    this.dueUs = Number.POSITIVE_INFINITY;
  }

  get limitUs(): number {
    return this.#limitUs;
  }

  /** How long ago it began, us. */
  elapsedUs(nowUs: number): number {
    return nowUs - this.#startUs;
  }

  /** Whom to blame for what is missing now; `undefined`: nobody (yet, or again). `dueUs` says when to look again. */
  judge(nowUs: number, { ownUs, schedulerUs, linkUs }: Evidence): Blame | undefined {
    if (ownUs >= this.#limitUs) {
      this.end();
      return "peer";
    }
    this.dueUs = nowUs + this.#limitUs - Math.max(0, ownUs);
    if (this.#told || schedulerUs + linkUs < this.#limitUs * WORTH_TELLING) return undefined;
    this.#told = true;
    return linkUs > schedulerUs ? "link" : "scheduler";
  }
}
