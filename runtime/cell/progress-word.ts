/**
 * What a cell tells the watchdog, in shared memory, before it runs user code.
 *
 * One writer. The deadline is one 32-bit store, so a cell that is terminated in the middle leaves no half
 * value: ticks of 100 us on the monotonic clock, modulo 2^32 (good for limits up to 59 hours); 0 means
 * nothing runs.
 */
import type { Progress } from "../process/cell-contract.ts";

const WORD = { deadline: 0, process: 1, resumes: 2, externalKb: 3, externalLimitKb: 4 } as const;
const TICK_US = 100;

/** `externalMb`: what the cell may hold outside its heap; 0: no limit. */
export function createProgressMemory(externalMb = 0): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(20);
  new Int32Array(memory)[WORD.externalLimitKb] = Math.ceil(externalMb * 1024);
  return memory;
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

  /** What the isolate holds outside its heap, KB. */
  external(kb: number): void {
    Atomics.store(this.#words, WORD.externalKb, Math.min(kb, 2 ** 31 - 1));
  }

  /** What the cell may hold there, KB; 0: no limit. */
  get externalLimitKb(): number {
    return this.#words[WORD.externalLimitKb]!;
  }
}

/** The words as they go from a process that shares no memory with the watchdog. */
export function progressWords(memory: SharedArrayBuffer): readonly number[] {
  return [...new Int32Array(memory, 0, WORD.externalLimitKb)];
}

/**
 * Takes over words from another process. They are news until `staleUs`: when none follow by then, the
 * watchdog sees a hard deadline passed.
 */
export function mirrorProgress(memory: SharedArrayBuffer, words: readonly number[], staleUs: number): void {
  const mirror = new Int32Array(memory);
  const [deadline = 0, ...rest] = words;
  const stale = toTicks(staleUs);
  for (const [index, word] of rest.entries()) Atomics.store(mirror, index + 1, word);
  const earlier = deadline !== 0 && ((deadline - stale) | 0) < 0 ? deadline : stale;
  Atomics.store(mirror, WORD.deadline, earlier);
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

  /** How much more the isolate holds outside its heap than it may, KB; negative below its limit or without one. */
  excessKb(): number {
    const limit = this.#words[WORD.externalLimitKb]!;
    return limit === 0 ? -1 : Atomics.load(this.#words, WORD.externalKb) - limit;
  }

  /** Number of the process that runs, or ran when its thread ended; `undefined` when none did. */
  running(): number | undefined {
    return Atomics.load(this.#words, WORD.deadline) === 0 ? undefined : this.processNumber();
  }

  /** Number of the process that ran last. */
  processNumber(): number {
    return this.#words[WORD.process]!;
  }
}

function toTicks(us: number): number {
  return (Math.ceil(us / TICK_US) % 2 ** 32) | 0 || 1;
}
