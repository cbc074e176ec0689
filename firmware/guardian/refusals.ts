import type { GuardianEvent } from "../contracts/control.ts";

/** One event a second and owner, so that a flood of late writes cannot flood whoever reads about it. */
const EVERY_US = 1_000_000;

/** Counts requests that were refused to an owner and reports them rarely. */
export class Refusals {
  readonly #since: Float64Array;
  readonly #reportedUs: Float64Array;
  total = 0;
  fenced = 0;

  constructor(slots: number) {
    this.#since = new Float64Array(slots);
    this.#reportedUs = new Float64Array(slots).fill(-Infinity);
  }

  /** The event to send now, or undefined while the last one is younger than a second. */
  count(owner: number, status: string, nowUs: number): GuardianEvent | undefined {
    this.total++;
    if (status === "fenced") this.fenced++;
    if (owner >= this.#since.length) return undefined;
    const count = this.#since[owner]! + 1;
    if (nowUs - this.#reportedUs[owner]! < EVERY_US) {
      this.#since[owner] = count;
      return undefined;
    }
    this.#since[owner] = 0;
    this.#reportedUs[owner] = nowUs;
    return { kind: "refusedWrite", owner, count, status, atUs: nowUs };
  }
}
