/**
 * How much a cell may print: 100 lines at once, 50 a second in the long run, 4000 characters each. What is left
 * out is counted and told with the next line, so that a flood is seen as one and fills no log.
 */
import { RateLimit } from "../time/rate-limit.ts";
import type { LogRecord } from "./kernel.ts";

const BURST = 100;
const EVERY_US = 20_000;
const LONGEST = 4000;

export class LogBudget {
  readonly #rate = new RateLimit(BURST, EVERY_US);
  #leftOut = 0;

  /** The record as it may be written; `undefined` when it is left out. */
  record(nowUs: number, record: LogRecord): LogRecord | undefined {
    if (!this.#rate.take(nowUs)) {
      this.#leftOut++;
      return undefined;
    }
    const before = this.#leftOut === 0 ? "" : `(${this.#leftOut} lines left out) `;
    this.#leftOut = 0;
    const { text } = record;
    const shown = text.length > LONGEST ? `${text.slice(0, LONGEST)} ...` : text;
    return { ...record, text: before + shown };
  }
}
