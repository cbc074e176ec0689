/**
 * What a cell tells the watchdog, in shared memory: before it runs user code, before it parks, and while it waits
 * for somebody outside. Nothing of it needs the code that is watched.
 *
 * One writer. Each word stands for itself and is one 32-bit store, so a cell that is terminated in the middle
 * leaves no half value. Times are ticks of 100 us on the monotonic clock, modulo 2^32 (good for limits up to 59
 * hours); 0 means none.
 */
import type { Progress } from "../process/cell-contract.ts";

/** `hardDeadline` is 0 while nothing runs, `wake` is 0 while the cell is not parked. */
const WORD = {
  hardDeadline: 0,
  /** Number of the process that runs or ran last; negative when it was resumed past its hard deadline already. */
  process: 1,
  resumes: 2,
  externalKb: 3,
  /** When the wait for somebody outside ends at the latest. */
  waitEnd: 4,
  waitsFor: 5,
  wake: 6,
  /** The process that ran before one that was resumed too late. */
  behind: 7,
  // Of no meaning in another process:
  bellSeen: 8,
  thread: 9,
  externalLimitKb: 10,
} as const;
const MIRRORED = WORD.bellSeen;
const WORDS = 11;
const TICK_US = 100;
/** In `wake`: parked until the bell rings. A time that would be written so is moved by a tick. */
const BELL_ONLY = 0x7fff_ffff;

/** `externalMb`: what the cell may hold outside its heap; 0: no limit. */
export function createProgressMemory(externalMb = 0): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(4 * WORDS);
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

  begin(processNumber: number, hardDeadlineUs: number, startUs: number): void {
    const words = this.#words;
    if (hardDeadlineUs < startUs) {
      words[WORD.behind] = Math.abs(words[WORD.process]!);
      words[WORD.process] = -processNumber;
    } else {
      words[WORD.process] = processNumber;
    }
    words[WORD.resumes]!++;
    if (hardDeadlineUs > this.#fromUs && hardDeadlineUs <= this.#toUs) return;
    this.#toUs = Math.ceil(hardDeadlineUs / TICK_US) * TICK_US;
    this.#fromUs = this.#toUs - TICK_US;
    Atomics.store(words, WORD.hardDeadline, toTicks(hardDeadlineUs));
  }

  end(): void {
    Atomics.store(this.#words, WORD.hardDeadline, 0);
    this.#fromUs = Number.POSITIVE_INFINITY;
  }

  /** Nothing runs until `wakeUs` (`Infinity`: never by itself) or until the bell is no longer `bellSeen`. */
  park(wakeUs: number, bellSeen: number): void {
    const words = this.#words;
    words[WORD.bellSeen] = bellSeen;
    Atomics.store(words, WORD.wake, wakeUs === Number.POSITIVE_INFINITY ? BELL_ONLY : wakeTicks(wakeUs));
  }

  woke(): void {
    Atomics.store(this.#words, WORD.wake, 0);
  }

  /** The code that runs waits for an answer from outside, until `untilUs` at the latest. `what`: from 1, as who reads it knows. */
  waitFor(what: number, untilUs: number): void {
    const words = this.#words;
    words[WORD.waitsFor] = what;
    Atomics.store(words, WORD.waitEnd, toTicks(untilUs));
  }

  waited(): void {
    Atomics.store(this.#words, WORD.waitEnd, 0);
  }

  /** The system's number of the thread that the cell runs in. */
  runsIn(thread: number): void {
    Atomics.store(this.#words, WORD.thread, thread);
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
  return [...new Int32Array(memory, 0, MIRRORED)];
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
  Atomics.store(mirror, WORD.hardDeadline, earlier);
}

/** The watchdog's view. */
export class ProgressReader {
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  /** How far past its hard deadline the running code is, us: negative while it has time; `undefined` when idle. */
  lateUs(nowUs: number): number | undefined {
    return pastUs(Atomics.load(this.#words, WORD.hardDeadline), nowUs);
  }

  /** One for each hard deadline: the same while the same work goes on, 0 when nothing runs. */
  stretch(): number {
    return Atomics.load(this.#words, WORD.hardDeadline);
  }

  /** What the code at hand waits for from outside, while that may still come. */
  waitsFor(nowUs: number): number | undefined {
    const past = pastUs(Atomics.load(this.#words, WORD.waitEnd), nowUs);
    return past === undefined || past > 0 ? undefined : this.#words[WORD.waitsFor]!;
  }

  /** One for each time it parks; 0 while it does not. */
  parked(): number {
    return Atomics.load(this.#words, WORD.wake);
  }

  /** How long ago a parked cell should have woken up by itself, us; negative while it need not, or need never. */
  oversleptUs(nowUs: number): number {
    const wake = Atomics.load(this.#words, WORD.wake);
    return wake === BELL_ONLY ? -1 : (pastUs(wake, nowUs) ?? -1);
  }

  /** The bell as the cell knew it when it parked. */
  bellSeen(): number {
    return Atomics.load(this.#words, WORD.bellSeen);
  }

  /** How much more the isolate holds outside its heap than it may, KB; negative below its limit or without one. */
  excessKb(): number {
    const limit = this.#words[WORD.externalLimitKb]!;
    return limit === 0 ? -1 : Atomics.load(this.#words, WORD.externalKb) - limit;
  }

  /** Resumes so far, modulo 2^32. */
  resumes(): number {
    return Atomics.load(this.#words, WORD.resumes) >>> 0;
  }

  /** Number of the process that runs, or ran when its thread ended; `undefined` when none did. */
  running(): number | undefined {
    return this.stretch() === 0 ? undefined : this.processNumber();
  }

  /** Number of the process that ran last. */
  processNumber(): number {
    return Math.abs(this.#words[WORD.process]!);
  }

  /** Past its hard deadline before it was resumed: the process that ran before it; else `undefined`. */
  behind(): number | undefined {
    return this.#words[WORD.process]! < 0 ? this.#words[WORD.behind]! : undefined;
  }

  /** The system's number of its thread; 0 when that is not known, or in another process. */
  thread(): number {
    return this.#words[WORD.thread]!;
  }
}

function toTicks(us: number): number {
  return (Math.ceil(us / TICK_US) % 2 ** 32) | 0 || 1;
}

function wakeTicks(us: number): number {
  const ticks = toTicks(us);
  return ticks === BELL_ONLY ? ticks - 1 : ticks;
}

function pastUs(ticks: number, nowUs: number): number | undefined {
  return ticks === 0 ? undefined : ((toTicks(nowUs) - ticks) | 0) * TICK_US;
}
