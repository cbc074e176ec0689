/**
 * How much a cell may print: 100 lines at once, 50 a second in the long run, 4000 characters each. What is left
 * out is counted and told with the next line, so that a flood is seen as one and fills no log.
 */
import type { LogRecord } from "./kernel.ts";

const BURST = 100;
const PER_SECOND = 50;
const LONGEST = 4000;

export class LogBudget {
  #tokens = BURST;
  #atUs: number | undefined;
  #leftOut = 0;

  /** The record as it may be written; `undefined` when it is left out. */
  record(nowUs: number, record: LogRecord): LogRecord | undefined {
    const elapsedUs = nowUs - (this.#atUs ?? nowUs);
    this.#atUs = nowUs;
    this.#tokens = Math.min(BURST, this.#tokens + (elapsedUs * PER_SECOND) / 1e6);
    if (this.#tokens < 1) {
      this.#leftOut++;
      return undefined;
    }
    this.#tokens--;
    const before = this.#leftOut === 0 ? "" : `(${this.#leftOut} lines left out) `;
    this.#leftOut = 0;
    const { text } = record;
    const shown = text.length > LONGEST ? `${text.slice(0, LONGEST)} ...` : text;
    return { ...record, text: before + shown };
  }
}
