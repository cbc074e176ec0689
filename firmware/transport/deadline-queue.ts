/**
 * A bounded binary heap of small numbers, ordered by deadline and then by arrival.
 * All memory is taken at the start: pushing and popping allocate nothing.
 */
export class DeadlineQueue {
  readonly #deadlines: Float64Array;
  readonly #arrivals: Float64Array;
  readonly #values: Float64Array;
  #size = 0;
  #arrival = 0;

  constructor(capacity: number) {
    this.#deadlines = new Float64Array(capacity + 1);
    this.#arrivals = new Float64Array(capacity + 1);
    this.#values = new Float64Array(capacity + 1);
  }

  get size(): number {
    return this.#size;
  }

  /** Deadline of the next value; Infinity when empty. */
  get nextDeadline(): number {
    return this.#size > 0 ? this.#deadlines[0]! : Infinity;
  }

  /** False when the queue is full. */
  push(deadline: number, value: number): boolean {
    if (this.#size >= this.#values.length - 1) return false;
    this.#set(this.#size, deadline, this.#arrival++, value);
    let child = this.#size++;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#before(child, parent)) break;
      this.#swap(child, parent);
      child = parent;
    }
    return true;
  }

  /** The value with the earliest deadline; undefined when empty. */
  pop(): number | undefined {
    if (this.#size === 0) return undefined;
    const value = this.#values[0]!;
    this.#size--;
    this.#swap(0, this.#size);
    let parent = 0;
    for (;;) {
      const left = 2 * parent + 1;
      if (left >= this.#size) return value;
      const right = left + 1;
      const first = right < this.#size && this.#before(right, left) ? right : left;
      if (!this.#before(first, parent)) return value;
      this.#swap(first, parent);
      parent = first;
    }
  }

  #before(a: number, b: number): boolean {
    const difference = this.#deadlines[a]! - this.#deadlines[b]!;
    return difference < 0 || (difference === 0 && this.#arrivals[a]! < this.#arrivals[b]!);
  }

  #swap(a: number, b: number): void {
    const spare = this.#values.length - 1;
    this.#copy(a, spare);
    this.#copy(b, a);
    this.#copy(spare, b);
  }

  #copy(from: number, to: number): void {
    this.#set(to, this.#deadlines[from]!, this.#arrivals[from]!, this.#values[from]!);
  }

  #set(at: number, deadline: number, arrival: number, value: number): void {
    this.#deadlines[at] = deadline;
    this.#arrivals[at] = arrival;
    this.#values[at] = value;
  }
}
