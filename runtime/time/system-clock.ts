import type { Clock } from "./clock.ts";

/** CLOCK_MONOTONIC in microseconds, the same time line in every thread and process of the machine. */
export class SystemClock implements Clock {
  readonly #offsetUs: number;

  constructor() {
    this.#offsetUs = Number(process.hrtime.bigint()) / 1000 - performance.now() * 1000;
  }

  now(): number {
    return performance.now() * 1000 + this.#offsetUs;
  }
}
