/**
 * What the cells of a board spin, so that all of them together stay within a share of one core.
 *
 * A place is one word with one writer: the thread that spins. In it are the number of a window of time (12 bits)
 * and what was spun in it, us (20 bits), so one store says both. Who wants to spin adds up the words of the
 * present window. Two that look at the same moment may both go on: the bound is passed by one spin of each.
 */
export interface SpinPlace {
  readonly memory: SharedArrayBuffer;
  readonly place: number;
}

/** The sum is bounded over this long, on a grid that is the same in all threads, us. */
export const WINDOW_US = 100_000;
/** Of one core, at most, for one cell and for all of a board: DESIGN 6. What admission has to count as demand. */
export const SPIN_SHARE = { cell: 0.1, board: 0.2 } as const;
/** Cells that can spin at the same time: at 10 % each two use up the board's share. */
const PLACES = 32;
const WINDOWS = 4096;
const SPENT_BITS = 20;

/** The kernel's side: gives out places. A thread of a board with one core gets none: it would keep others from work. */
export class SpinPlaces {
  readonly #memory = new SharedArrayBuffer(PLACES * 4);
  readonly #free: number[] = [];

  /** `cores`: that this process may use. */
  constructor(cores: number) {
    if (cores >= 2) for (let place = 0; place < PLACES; place++) this.#free.push(place);
  }

  /** For one life of a thread; undefined when there is none, and the thread does not spin. */
  take(): SpinPlace | undefined {
    // The one that was free for longest: a word that its last owner left is old by then.
    const place = this.#free.shift();
    return place === undefined ? undefined : { memory: this.#memory, place };
  }

  /** That thread has ended, and can write no more. */
  give({ place }: SpinPlace): void {
    this.#free.push(place);
  }
}

/** A thread's side. */
export class SpinShares {
  readonly #words: Int32Array;
  readonly #place: number;

  constructor({ memory, place }: SpinPlace) {
    this.#words = new Int32Array(memory);
    this.#place = place;
  }

  /** What the board has left to spin in this window, us. Costs 32 loads. */
  leftUs(nowUs: number): number {
    const window = windowOf(nowUs);
    let leftUs = SPIN_SHARE.board * WINDOW_US;
    for (let place = 0; place < PLACES; place++) leftUs -= spentIn(window, Atomics.load(this.#words, place));
    return Math.max(0, leftUs);
  }

  spent(us: number, nowUs: number): void {
    const window = windowOf(nowUs);
    const sum = spentIn(window, this.#words[this.#place]!) + Math.ceil(us);
    const bounded = Math.min(sum, 2 ** SPENT_BITS - 1);
    Atomics.store(this.#words, this.#place, (window << SPENT_BITS) | bounded);
  }
}

function windowOf(nowUs: number): number {
  return Math.floor(nowUs / WINDOW_US) % WINDOWS;
}

/** A word that was left 410 s ago looks like one of now: at worst one window without spinning. */
function spentIn(window: number, word: number): number {
  return word >>> SPENT_BITS === window ? word & (2 ** SPENT_BITS - 1) : 0;
}
