/**
 * What a cell tells the watchdog, in shared memory, before it runs user code.
 *
 * One writer. The deadline is one 32-bit store, so a cell that is terminated in the middle leaves no half
 * value: ticks of 100 us on the monotonic clock, modulo 2^32 (good for limits up to 59 hours); 0 means
 * nothing runs.
 */
import type { Progress } from "../process/cell-contract.ts";

const WORD = { deadline: 0, process: 1, resumes: 2 } as const;
const TICK_US = 100;

export function createProgressMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(16);
}

export class ProgressWord implements Progress {
  readonly #words: Int32Array;
  /** The deadline that is written is right for deadlines from, and up to, these, us. */
  #fromUs = Number.POSITIVE_INFINITY;
  #toUs = Number.NEGATIVE_INFINITY;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  begin(processNumber: number, hardDeadlineUs: number): void {
    this.#words[WORD.process] = processNumber;
    this.#words[WORD.resumes]!++;
    if (hardDeadlineUs > this.#fromUs && hardDeadlineUs <= this.#toUs) return;
    this.#toUs = Math.ceil(hardDeadlineUs / TICK_US) * TICK_US;
    this.#fromUs = this.#toUs - TICK_US;
    Atomics.store(this.#words, WORD.deadline, toTicks(hardDeadlineUs));
  }

  end(): void {
    Atomics.store(this.#words, WORD.deadline, 0);
    this.#fromUs = Number.POSITIVE_INFINITY;
  }
}

/** The watchdog's view. */
export class ProgressReader {
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  /** How far past its hard deadline the running code is, us: negative while it has time; `undefined` when idle. */
  lateUs(nowUs: number): number | undefined {
    const deadline = Atomics.load(this.#words, WORD.deadline);
    if (deadline === 0) return undefined;
    return ((toTicks(nowUs) - deadline) | 0) * TICK_US;
  }

  /** Number of the process that ran last. */
  processNumber(): number {
    return this.#words[WORD.process]!;
  }
}

function toTicks(us: number): number {
  return (Math.ceil(us / TICK_US) % 2 ** 32) | 0 || 1;
}
