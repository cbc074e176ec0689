import type { GuardianEvent } from "../contracts/control.ts";

/** One event a second and line: what loses edges is a storm, and its reports must not be one. */
const EVERY_US = 1_000_000;

/** Counts edges that the backend could not hand over and reports them rarely. */
export class LostEdges {
  readonly #since = new Map<string, number>();
  readonly #reportedUs = new Map<string, number>();

  /** The event to send now, or undefined while the last one of this line is younger than a second. */
  count(line: string, lost: number, nowUs: number): GuardianEvent | undefined {
    const count = (this.#since.get(line) ?? 0) + lost;
    const reportedUs = this.#reportedUs.get(line) ?? Number.NEGATIVE_INFINITY;
    if (nowUs - reportedUs < EVERY_US) {
      this.#since.set(line, count);
      return undefined;
    }
    this.#since.set(line, 0);
    this.#reportedUs.set(line, nowUs);
    return { kind: "edgesLost", line, count, atUs: nowUs };
  }
}
