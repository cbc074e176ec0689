/**
 * How long the garbage collector has kept this thread lately.
 *
 * A `PerformanceObserver` tells only through the event loop, which a blocking cell does not run, and what it would
 * tell piles up. V8's profiler of its collector answers at once. It costs 7 us a collection, and 40 us a second
 * to empty it.
 */
import { GCProfiler } from "node:v8";

const EMPTY_EVERY_US = 1_000_000;
/** Shorter pauses are everyday and no reason for anything, us. */
const LEAST_US = 2000;

export class CollectorPauses {
  #profiler = new GCProfiler();
  #nextUs = 0;
  /** Of the second before, and of this one as far as it was asked for, us. */
  #beforeUs = 0;
  #currentUs = 0;

  constructor() {
    this.#profiler.start();
  }

  /** Called at every turn of the loop; does something once a second. */
  turn(nowUs: number): void {
    if (nowUs < this.#nextUs) return;
    this.#nextUs = nowUs + EMPTY_EVERY_US;
    this.#beforeUs = this.#currentUs + this.#empty();
    this.#currentUs = 0;
  }

  /** Noticeable pauses of the work at hand and of up to two seconds before it, us together. */
  sumUs(): number {
    this.#currentUs += this.#empty();
    return this.#beforeUs + this.#currentUs;
  }

  #empty(): number {
    const { statistics } = this.#profiler.stop();
    this.#profiler = new GCProfiler();
    this.#profiler.start();
    let us = 0;
    for (const { cost } of statistics) if (cost >= LEAST_US) us += cost;
    return us;
  }
}
