/**
 * Somebody said that the other board is gone, or another life: it is asked, and only when it does not answer the link ends.
 * Statuses are not sealed; whoever may publish could end links with them otherwise, and a will may be old.
 */
import type { LinkEnd } from "./link-contract.ts";

/** So long it may take to answer, us: a runtime that was killed is seen within a second. */
const ANSWER_US = 400_000;
/** Or so many times what the last beats took there and back: whoever may publish can make the way long as well. */
const ROUND_TRIPS = 4;
/** This board itself stood still when it looks later than this, us: the answer may lie here unread. */
const STANDSTILL_US = 50_000;

export class Doubt {
  #why: LinkEnd | undefined;
  #sinceUs = 0;
  #dueUs = Number.POSITIVE_INFINITY;
  #isExtended = false;

  /** False when there is one already. `roundTripUs`: as the last beats tell, where they do. */
  begin(why: LinkEnd, nowUs: number, roundTripUs = 0): boolean {
    if (this.#why !== undefined) return false;
    this.#why = why;
    this.#sinceUs = nowUs;
    this.#dueUs = nowUs + Math.max(ANSWER_US, ROUND_TRIPS * roundTripUs);
    this.#isExtended = false;
    return true;
  }

  /** When `settle` is due, us; `Infinity` while there is none. */
  get nextUs(): number {
    return this.#dueUs;
  }

  /** Why the link ends, when it is due and `hasAnswered`, asked for the time since when, says no. */
  settle(nowUs: number, hasAnswered: (sinceUs: number) => boolean): LinkEnd | undefined {
    if (this.#dueUs > nowUs) return undefined;
    if (hasAnswered(this.#sinceUs)) {
      this.drop();
      return undefined;
    }
    if (!this.#isExtended && nowUs - this.#dueUs > STANDSTILL_US) {
      this.#isExtended = true;
      this.#dueUs = nowUs + ANSWER_US;
      return undefined;
    }
    const why = this.#why;
    this.drop();
    return why;
  }

  /** The link has ended anyway. */
  drop(): void {
    this.#why = undefined;
    this.#dueUs = Number.POSITIVE_INFINITY;
  }
}
