/**
 * Earliest deadline first. The key is (band, deadline, order of arrival): band 0 is the most urgent.
 *
 * Items without a deadline (`Infinity`) come after everything else of their band, so they need no heap: they
 * wait in a ring for each band, first in first out. That is the path of ordinary messages between processes. They do
 * not wait for ever: the first of a ring goes before deadlines once `patience` items of them went before it.
 *
 * An item that waits alone waits in a place of its own: most queues of a quiet cell never hold two, and a message
 * that goes from hand to hand makes one process runnable at a time.
 *
 * Cost: alone O(1); else with a deadline O(log n) to push, pop and remove, without O(1), and one look at each band.
 * An item carries its own place, so nothing is searched. Nothing is allocated until more items wait than ever before;
 * then capacity doubles.
 */
import { RunRing } from "./run-ring.ts";

/** What an item lends to the queue. An item waits in at most one queue, once. */
export interface Queueable {
  /** Written by the queue alone; `notQueued` at first. */
  queuePlace: number;
}

/** The place of an item that waits nowhere. Places from 0 are in the heap; from -3 downwards in a ring. */
export const notQueued = -1;
/** Turns of items with a deadline for one of those without that wait in the same band. */
export const patience = 100;
/** The place of an item that waits alone. */
const alone = -2;
const firstInRings = -3;

export interface RunQueueOptions {
  /** How many bands there are, 1..256. */
  bands: number;
  /** Items each of heap and rings hold before memory grows. Default 16. */
  capacity?: number;
}

export class RunQueue<T extends Queueable> {
  readonly #lastBand: number;
  #arrivals = 0;

  /** While it is set, heap and rings are empty. */
  #lone: T | undefined;
  #loneBand = 0;
  #loneDeadlineUs = 0;

  // The heap: one column a property, `#heaped` rows.
  #heaped = 0;
  readonly #items: (T | undefined)[] = [];
  #bands: Uint8Array;
  #deadlinesUs: Float64Array;
  #orders: Float64Array;

  readonly #rings: readonly RunRing<T>[];
  #ringed = 0;
  /** Items with a deadline that were taken while some without one waited, since one of those had its turn. */
  #passed = 0;

  constructor({ bands, capacity = 16 }: RunQueueOptions) {
    if (!(bands >= 1 && bands <= 256)) throw new RangeError(`a run queue has 1..256 bands, not ${bands}`);
    this.#lastBand = bands - 1;
    this.#bands = new Uint8Array(capacity);
    this.#deadlinesUs = new Float64Array(capacity);
    this.#orders = new Float64Array(capacity);
    // With 4 bands, places 0, 1, 2 of ring 0 are -3, -7, -11.
    this.#rings = Array.from(
      { length: bands },
      (_, band) => new RunRing<T>(capacity, firstInRings - band, bands),
    );
  }

  /** Items that wait. */
  get size(): number {
    return this.#lone === undefined ? this.#heaped + this.#ringed : 1;
  }

  /** The item that `pop` would return, or `undefined`. */
  get peek(): T | undefined {
    if (this.#lone !== undefined) return this.#lone;
    const soonest = this.#items[0];
    if (this.#ringed === 0) return soonest;
    // Within a band a deadline comes before none.
    const limit = soonest === undefined ? this.#lastBand : this.#bands[0]! - 1;
    for (let band = 0; band <= limit; band++) {
      const first = this.#rings[band]!.peek;
      if (first !== undefined) return first;
    }
    return soonest;
  }

  /**
   * Adds an item: band 0..bands-1, deadline in us or `Infinity`. `ahead`: of others with the same band and deadline.
   * Throws `TypeError` when it already waits.
   */
  push(item: T, band: number, deadlineUs: number, ahead = false): void {
    if (item.queuePlace !== notQueued) throw new TypeError("the item already waits in a run queue");
    if (!(band >= 0 && band <= this.#lastBand) || Number.isNaN(deadlineUs)) {
      throw new TypeError(`band ${band}, deadline ${deadlineUs} us is not a key of this run queue`);
    }
    const lone = this.#lone;
    if (lone !== undefined) {
      this.#lone = undefined;
      this.#add(lone, this.#loneBand, this.#loneDeadlineUs, false);
    } else if (this.#heaped === 0 && this.#ringed === 0) {
      this.#lone = item;
      this.#loneBand = band;
      this.#loneDeadlineUs = deadlineUs;
      item.queuePlace = alone;
      return;
    }
    this.#add(item, band, deadlineUs, ahead);
  }

  /** Removes and returns the most urgent item, or `undefined` when none waits. */
  pop(): T | undefined {
    const lone = this.#lone;
    if (lone !== undefined) {
      this.#lone = undefined;
      lone.queuePlace = notQueued;
      return lone;
    }
    const soonest = this.#items[0];
    if (this.#ringed > 0) {
      const limit = soonest === undefined ? this.#lastBand : this.#bands[0]! - 1;
      for (let band = 0; band <= limit; band++) {
        const first = this.#rings[band]!.shift();
        if (first === undefined) continue;
        first.queuePlace = notQueued;
        this.#ringed--;
        return first;
      }
    }
    if (soonest === undefined) return undefined;
    if (this.#ringed > 0 && ++this.#passed > patience) {
      const first = this.#rings[this.#bands[0]!]!.shift();
      this.#passed = 0;
      if (first !== undefined) {
        first.queuePlace = notQueued;
        this.#ringed--;
        return first;
      }
    }
    soonest.queuePlace = notQueued;
    this.#takeFromHeap(0);
    return soonest;
  }

  /** Removes and returns the item of the last band that has waited longest without a deadline, if there is one. */
  popLast(): T | undefined {
    if (this.#ringed === 0) return undefined;
    const last = this.#rings[this.#lastBand]!.shift();
    if (last === undefined) return undefined;
    last.queuePlace = notQueued;
    this.#ringed--;
    return last;
  }

  /** Removes an item wherever it waits; false when it does not. The item must not wait in another queue. */
  remove(item: T): boolean {
    const place = item.queuePlace;
    if (place === notQueued) return false;
    item.queuePlace = notQueued;
    if (place === alone) {
      this.#lone = undefined;
    } else if (place >= 0) {
      this.#takeFromHeap(place);
    } else {
      const bands = this.#lastBand + 1;
      const inRings = firstInRings - place;
      this.#rings[inRings % bands]!.take(Math.floor(inRings / bands));
      this.#ringed--;
    }
    return true;
  }

  #add(item: T, band: number, deadlineUs: number, ahead: boolean): void {
    if (deadlineUs === Number.POSITIVE_INFINITY) {
      this.#rings[band]!.append(item);
      this.#ringed++;
    } else {
      this.#insert(item, band, deadlineUs, ahead);
    }
  }

  #insert(item: T, band: number, deadlineUs: number, ahead: boolean): void {
    const row = this.#heaped++;
    if (row === this.#bands.length) this.#growHeap();
    const order = ++this.#arrivals;
    this.#rise(row, item, band, deadlineUs, ahead ? -order : order);
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
}
