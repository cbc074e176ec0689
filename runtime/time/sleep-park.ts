import type { Clock } from "./clock.ts";
import type { Bell, Park } from "./park.ts";

/** Sleeps until the time has come: costs no processor time, and is as late as the system's timer. */
export class SleepPark implements Park {
  readonly #bell: Bell;
  readonly #clock: Clock;

  constructor(bell: Bell, clock: Clock) {
    this.#bell = bell;
    this.#clock = clock;
  }

  until(untilUs: number, rung: number): void {
    const leftUs = untilUs - this.#clock.now();
    if (leftUs > 0) this.#bell.sleep(rung, leftUs / 1000);
  }
}
