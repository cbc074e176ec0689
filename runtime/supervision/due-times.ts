/**
 * The time limits a supervisor keeps at once: at most one for each child, the nearest first.
 *
 * A heap whose items know their place. A supervisor asks for the nearest before it waits, instead of having
 * messages sent to itself: a flooded mailbox must not lose a limit. Cost: O(log n) to set and clear.
 */
export interface Due {
  /** When, us; meaningful while `place` is not `notDue`. */
  dueUs: number;
  /** Written by `DueTimes` alone; `notDue` at first. */
  place: number;
}

export const notDue = -1;

export class DueTimes<T extends Due> {
  readonly #heap: T[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /** The nearest time, us; `Infinity` when there is none. */
  get nextUs(): number {
    return this.#heap[0]?.dueUs ?? Number.POSITIVE_INFINITY;
  }

  /** Sets or moves the time of `item`. */
  set(item: T, dueUs: number): void {
    this.clear(item);
    item.dueUs = dueUs;
    this.#heap.push(item);
    this.#rise(item, this.#heap.length - 1);
  }

  /** No effect when it has none. */
  clear(item: T): void {
    const { place } = item;
    if (place === notDue) return;
    item.place = notDue;
    const last = this.#heap.pop()!;
    if (last === item) return;
    this.#rise(last, place);
    this.#sink(last, last.place);
  }

  /** Removes and returns the nearest item if its time has come. */
  take(nowUs: number): T | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.dueUs > nowUs) return undefined;
    this.clear(first);
    return first;
  }

  #rise(item: T, from: number): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#heap[above]!;
      if (parent.dueUs <= item.dueUs) break;
      this.#put(parent, place);
      place = above;
    }
    this.#put(item, place);
  }

  #sink(item: T, from: number): void {
    let place = from;
    for (;;) {
      let below = place * 2 + 1;
      let child = this.#heap[below];
      if (child === undefined) break;
      const right = this.#heap[below + 1];
      if (right !== undefined && right.dueUs < child.dueUs) {
        child = right;
        below++;
      }
      if (item.dueUs <= child.dueUs) break;
      this.#put(child, place);
      place = below;
    }
    this.#put(item, place);
  }

  #put(item: T, place: number): void {
    this.#heap[place] = item;
    item.place = place;
  }
}
