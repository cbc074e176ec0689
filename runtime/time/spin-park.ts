/**
 * Sleeps until shortly before the time, then looks at clock and bell again and again until it has come: a
 * release is met within a microsecond where a sleep alone is late by what the system's timer and wake-up cost.
 *
 * The lead adjusts itself to this thread's own sleeps (`SpinLead`); where the budget has less left than the
 * lead (`SpinBudget`), it starts to spin so much later and is late more often: never is the budget passed.
 */
import type { Clock } from "./clock.ts";
import type { Bell, Park } from "./park.ts";
import type { SpinBudget } from "./spin-budget.ts";
import { SpinLead } from "./spin-lead.ts";

/**
 * Between two looks at the clock it looks at the bell only, us: each reading of the clock leaves a number on the heap,
 * and reading without a pause meant a collection of 130 us in three releases of a hundred at 1 kHz.
 */
const READ_EVERY_US = 1;
/** Looks at the bell take a few ns each; how many fit is found out. */
const MOST_LOOKS = 1024;

export class SpinPark implements Park {
  readonly #bell: Bell;
  readonly #clock: Clock;
  readonly #budget: SpinBudget;
  readonly #lead = new SpinLead();
  #looks = 16;

  constructor(bell: Bell, clock: Clock, budget: SpinBudget) {
    this.#bell = bell;
    this.#clock = clock;
    this.#budget = budget;
  }

  /** How long before the time it wakes up at present, us. */
  get leadUs(): number {
    return this.#lead.us;
  }

  until(untilUs: number, rung: number): void {
    for (
      let nowUs = this.#clock.now();
      nowUs < untilUs && this.#bell.read() === rung;
      nowUs = this.#clock.now()
    ) {
      // The budget as it will be: it fills until the lead begins. After the sleep it is as it is.
      const leadUs = Math.min(this.#lead.us, this.#budget.leftUs(Math.max(nowUs, untilUs - this.#lead.us)));
      const wakeUs = untilUs - leadUs;
      if (nowUs < wakeUs) this.#sleep(wakeUs, nowUs, rung);
      else this.#spin(untilUs, rung);
    }
  }

  #sleep(wakeUs: number, nowUs: number, rung: number): void {
    this.#bell.sleep(rung, (wakeUs - nowUs) / 1000);
    if (this.#bell.read() === rung) this.#lead.slept(this.#clock.now() - wakeUs);
  }

  #spin(untilUs: number, rung: number): void {
    const startUs = this.#clock.now();
    let nowUs = startUs;
    while (nowUs < untilUs && this.#isSilent(rung)) {
      const beforeUs = nowUs;
      nowUs = this.#clock.now();
      const tookUs = nowUs - beforeUs;
      if (tookUs < READ_EVERY_US / 2) this.#looks = Math.min(MOST_LOOKS, this.#looks * 2);
      else if (tookUs > READ_EVERY_US) this.#looks = Math.max(1, this.#looks >> 1);
    }
    this.#budget.spent(nowUs - startUs, nowUs);
  }

  /** So many looks at the bell. */
  #isSilent(rung: number): boolean {
    for (let look = 0; look < this.#looks; look++) if (this.#bell.read() !== rung) return false;
    return true;
  }
}
