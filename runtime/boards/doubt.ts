/**
 * Somebody said that the other board is gone, or another life: it is asked, and only when it does not answer the link ends.
 * Statuses are not sealed; whoever may publish could end links with them otherwise, and a will may be old.
 */
import type { LinkEnd } from "./link-contract.ts";

/** So long it may take to answer, us: a runtime that was killed is seen within a second. */
const ANSWER_US = 400_000;

export class Doubt {
  #why: LinkEnd | undefined;
  #sinceUs = 0;

  /** False when there is one already. */
  begin(why: LinkEnd, nowUs: number): boolean {
    if (this.#why !== undefined) return false;
    this.#why = why;
    this.#sinceUs = nowUs;
    return true;
  }

  /** When `settle` is due, us; `Infinity` while there is none. */
  get nextUs(): number {
    return this.#why === undefined ? Number.POSITIVE_INFINITY : this.#sinceUs + ANSWER_US;
  }

  /** Why the link ends, when it is due and `hasAnswered`, asked for the time since when, says no. */
  settle(nowUs: number, hasAnswered: (sinceUs: number) => boolean): LinkEnd | undefined {
    if (this.nextUs > nowUs) return undefined;
    const why = this.#why;
    this.#why = undefined;
    return hasAnswered(this.#sinceUs) ? undefined : why;
  }

  /** The link has ended anyway. */
  drop(): void {
    this.#why = undefined;
  }
}
