/**
 * Earliest deadline first. The key is (band, deadline, order of arrival): band 0 is the most urgent.
 *
 * Items without a deadline (`Infinity`) in the last band come after everything else, so they need no heap: they
 * wait in a ring, first in first out. That is the path of ordinary messages between processes.
 *
 * Cost: with a deadline O(log n) to push, pop and remove; without, O(1). An item carries its own place, so
 * nothing is searched. Nothing is allocated until more items wait than ever before; then capacity doubles.
 */

/** What an item lends to the queue. An item waits in at most one queue, once. */
export interface Queueable {
  /** Written by the queue alone; `notQueued` at first. */
  queuePlace: number;
}

/** The place of an item that waits nowhere. Places from 0 are in the heap; from -2 downwards in the ring. */
export const notQueued = -1;

export interface RunQueueOptions {
  /** How many bands there are, 1..256. */
  bands: number;
  /** Items each of heap and ring hold before memory grows. Default 16. */
  capacity?: number;
}

export class RunQueue<T extends Queueable> {
  readonly #lastBand: number;
  #arrivals = 0;

  // The heap: one column a property, `#heaped` rows.
  #heaped = 0;
  readonly #items: (T | undefined)[] = [];
  #bands: Uint8Array;
  #deadlinesUs: Float64Array;
  #orders: Float64Array;

  // The ring: a power of two of places, `#span` of them in use from `#first`; a removed item leaves a hole.
  #ring: (T | undefined)[];
  #first = 0;
  #span = 0;
  #holes = 0;

  constructor({ bands, capacity = 16 }: RunQueueOptions) {
    if (!(bands >= 1 && bands <= 256)) throw new RangeError(`a run queue has 1..256 bands, not ${bands}`);
    this.#lastBand = bands - 1;
    this.#bands = new Uint8Array(capacity);
    this.#deadlinesUs = new Float64Array(capacity);
    this.#orders = new Float64Array(capacity);
    this.#ring = emptyRing(2 ** Math.ceil(Math.log2(Math.max(2, capacity))));
  }

  /** Items that wait. */
  get size(): number {
    return this.#heaped + this.#span - this.#holes;
  }

  /** The item that `pop` would return, or `undefined`. */
  get peek(): T | undefined {
    return this.#heaped > 0 ? this.#items[0] : this.#ring[this.#first];
  }

  /** Adds an item: band 0..bands-1, deadline in us or `Infinity`. Throws `TypeError` when it already waits. */
  push(item: T, band: number, deadlineUs: number): void {
    if (item.queuePlace !== notQueued) throw new TypeError("the item already waits in a run queue");
    if (!(band >= 0 && band <= this.#lastBand) || Number.isNaN(deadlineUs)) {
      throw new TypeError(`band ${band}, deadline ${deadlineUs} us is not a key of this run queue`);
    }
    if (band === this.#lastBand && deadlineUs === Number.POSITIVE_INFINITY) this.#append(item);
    else this.#insert(item, band, deadlineUs);
  }

  /** Removes and returns the most urgent item, or `undefined` when none waits. */
  pop(): T | undefined {
    const item = this.peek;
    if (item !== undefined) this.remove(item);
    return item;
  }

  /** Removes an item wherever it waits; false when it does not. The item must not wait in another queue. */
  remove(item: T): boolean {
    const place = item.queuePlace;
    if (place === notQueued) return false;
    item.queuePlace = notQueued;
    if (place >= 0) this.#takeFromHeap(place);
    else this.#takeFromRing(ringPlace(place));
    return true;
  }

  #insert(item: T, band: number, deadlineUs: number): void {
    const row = this.#heaped++;
    if (row === this.#bands.length) this.#growHeap();
    this.#rise(row, item, band, deadlineUs, this.#arrivals++);
  }

  /** Fills the freed row with the last one, which may have to go either way. */
  #takeFromHeap(row: number): void {
    const last = --this.#heaped;
    const item = this.#items[last]!;
    this.#items[last] = undefined;
    if (row === last) return;
    const band = this.#bands[last]!;
    const deadlineUs = this.#deadlinesUs[last]!;
    const order = this.#orders[last]!;
    if (row > 0 && this.#isAfter((row - 1) >> 1, band, deadlineUs, order)) {
      this.#rise(row, item, band, deadlineUs, order);
    } else {
      this.#sink(row, item, band, deadlineUs, order);
    }
  }

  #rise(from: number, item: T, band: number, deadlineUs: number, order: number): void {
    let row = from;
    while (row > 0) {
      const parent = (row - 1) >> 1;
      if (!this.#isAfter(parent, band, deadlineUs, order)) break;
      this.#move(parent, row);
      row = parent;
    }
    this.#settle(row, item, band, deadlineUs, order);
  }

  #sink(from: number, item: T, band: number, deadlineUs: number, order: number): void {
    let row = from;
    for (let child = row * 2 + 1; child < this.#heaped; child = row * 2 + 1) {
      const other = child + 1;
      if (
        other < this.#heaped &&
        this.#isAfter(child, this.#bands[other]!, this.#deadlinesUs[other]!, this.#orders[other]!)
      ) {
        child = other;
      }
      if (this.#isAfter(child, band, deadlineUs, order)) break;
      this.#move(child, row);
      row = child;
    }
    this.#settle(row, item, band, deadlineUs, order);
  }

  /** Does the row come after this key? Orders differ, so one of the two always comes first. */
  #isAfter(row: number, band: number, deadlineUs: number, order: number): boolean {
    const rowBand = this.#bands[row]!;
    if (rowBand !== band) return rowBand > band;
    const rowDeadlineUs = this.#deadlinesUs[row]!;
    if (rowDeadlineUs !== deadlineUs) return rowDeadlineUs > deadlineUs;
    return this.#orders[row]! > order;
  }

  #move(from: number, to: number): void {
    this.#settle(to, this.#items[from]!, this.#bands[from]!, this.#deadlinesUs[from]!, this.#orders[from]!);
  }

  #settle(row: number, item: T, band: number, deadlineUs: number, order: number): void {
    this.#items[row] = item;
    this.#bands[row] = band;
    this.#deadlinesUs[row] = deadlineUs;
    this.#orders[row] = order;
    item.queuePlace = row;
  }

  #growHeap(): void {
    const capacity = Math.max(16, this.#bands.length * 2);
    const [bands, deadlinesUs, orders] = [this.#bands, this.#deadlinesUs, this.#orders];
    this.#bands = new Uint8Array(capacity);
    this.#bands.set(bands);
    this.#deadlinesUs = new Float64Array(capacity);
    this.#deadlinesUs.set(deadlinesUs);
    this.#orders = new Float64Array(capacity);
    this.#orders.set(orders);
  }

  #append(item: T): void {
    if (this.#span === this.#ring.length) this.#packRing();
    const place = (this.#first + this.#span++) & (this.#ring.length - 1);
    this.#ring[place] = item;
    item.queuePlace = ringPlace(place);
  }

  #takeFromRing(place: number): void {
    this.#ring[place] = undefined;
    this.#holes++;
    // The first place is never a hole, so that peek need not look further.
    while (this.#span > 0 && this.#ring[this.#first] === undefined) {
      this.#first = (this.#first + 1) & (this.#ring.length - 1);
      this.#span--;
      this.#holes--;
    }
  }

  /** Closes the holes of a full ring; doubles it unless half of it was holes. */
  #packRing(): void {
    const old = this.#ring;
    const items = this.#span - this.#holes;
    this.#ring = emptyRing(items > old.length / 2 ? old.length * 2 : old.length);
    let place = 0;
    for (let i = 0; i < this.#span; i++) {
      const item = old[(this.#first + i) & (old.length - 1)];
      if (item === undefined) continue;
      this.#ring[place] = item;
      item.queuePlace = ringPlace(place++);
    }
    this.#first = 0;
    this.#span = items;
    this.#holes = 0;
  }
}

/** Ring place 0, 1, 2 is item place -2, -3, -4, and back. */
function ringPlace(place: number): number {
  return -2 - place;
}

function emptyRing<T>(capacity: number): (T | undefined)[] {
  return new Array<T | undefined>(capacity).fill(undefined);
}
