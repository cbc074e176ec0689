import type { Clock } from "../../runtime/time/clock.ts";

/** A clock that moves only when a test turns it. */
export class HandClock implements Clock {
  #nowUs = 0;

  now(): number {
    return this.#nowUs;
  }

  advanceUs(us: number): void {
    this.#nowUs += us;
  }
}
