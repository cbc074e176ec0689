/**
 * First in first out, with removal from the middle: the items of one band that wait without a deadline.
 *
 * A power of two of places, `#span` of them in use from `#first`; a removed item leaves a hole. All O(1), but
 * for closing the holes or doubling when the ring is full.
 */
import type { Queueable } from "./run-queue.ts";

export class RunRing<T extends Queueable> {
  readonly #firstQueuePlace: number;
  readonly #step: number;
  #places: (T | undefined)[];
  #first = 0;
  #span = 0;
  #holes = 0;

  /** Place p of this ring is place `first - p * step` of the queue. */
  constructor(capacity: number, first: number, step: number) {
    this.#places = emptyPlaces(2 ** Math.ceil(Math.log2(Math.max(2, capacity))));
    this.#firstQueuePlace = first;
    this.#step = step;
  }

  /** The item that waits longest, or `undefined`. */
  get peek(): T | undefined {
    return this.#places[this.#first];
  }

  /** Takes the item that waits longest, if there is one. */
  shift(): T | undefined {
    const item = this.#places[this.#first];
    if (item === undefined) return undefined;
    this.#places[this.#first] = undefined;
    this.#dropFirst();
    if (this.#holes > 0) this.#dropHoles();
    return item;
  }

  append(item: T): void {
    if (this.#span === this.#places.length) this.#pack();
    const place = (this.#first + this.#span++) & (this.#places.length - 1);
    this.#places[place] = item;
    item.queuePlace = this.#firstQueuePlace - place * this.#step;
  }

  /** Empties a place in use. */
  take(place: number): void {
    this.#places[place] = undefined;
    this.#holes++;
    this.#dropHoles();
  }

  /** The first place is never a hole, so that peek need not look further. */
  #dropHoles(): void {
    while (this.#span > 0 && this.#places[this.#first] === undefined) {
      this.#dropFirst();
      this.#holes--;
    }
  }

  #dropFirst(): void {
    this.#first = (this.#first + 1) & (this.#places.length - 1);
    this.#span--;
  }

  /** Closes the holes of a full ring; doubles it unless half of it was holes. */
  #pack(): void {
    const old = this.#places;
    const items = this.#span - this.#holes;
    this.#places = emptyPlaces(items > old.length / 2 ? old.length * 2 : old.length);
    let place = 0;
    for (let i = 0; i < this.#span; i++) {
      const item = old[(this.#first + i) & (old.length - 1)];
      if (item === undefined) continue;
      this.#places[place] = item;
      item.queuePlace = this.#firstQueuePlace - place++ * this.#step;
    }
    this.#first = 0;
    this.#span = items;
    this.#holes = 0;
  }
}

function emptyPlaces<T>(capacity: number): (T | undefined)[] {
  return new Array<T | undefined>(capacity).fill(undefined);
}
