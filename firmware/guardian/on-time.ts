import type { OutputPlan } from "../contracts/output-plan.ts";

type OnTimePlan = Pick<OutputPlan, "maxOnMs" | "maxOnRestMs" | "maxOnLatch" | "minOffMs">;

/**
 * How long an output has been on, and when it may go on again.
 *
 * On-time accumulates over owners, restarts and take-overs. It is forgotten when the output was off for
 * `max(minOff, maxOnRest)`; when the output did not go off by its owner's will (crash, lease, fence) it is
 * forgotten only after it was off for `maxOn` as well, so a crash loop does not start the clock afresh.
 * It is not kept over a restart of the guardian, which writes to no storage.
 */
export class OnTime {
  readonly #maxOnUs: number;
  readonly #minOffUs: number;
  readonly #restUs: number;
  readonly #latch: { count: number; windowUs: number } | undefined;
  #onSinceUs: number | undefined;
  #offSinceUs: number;
  #usedUs = 0;
  #forgetAfterUs: number;
  #restUntilUs = -Infinity;
  #firings: number[] = [];
  #latched = false;

  /** `startUs`: when the guardian started; `minOff` counts from there. */
  constructor(plan: OnTimePlan, startUs: number) {
    this.#maxOnUs = (plan.maxOnMs ?? Infinity) * 1000;
    this.#minOffUs = (plan.minOffMs ?? 0) * 1000;
    this.#restUs = Math.max(this.#minOffUs, (plan.maxOnRestMs ?? 0) * 1000);
    this.#latch = plan.maxOnLatch && {
      count: plan.maxOnLatch.count,
      windowUs: plan.maxOnLatch.windowMs * 1000,
    };
    this.#offSinceUs = startUs;
    this.#forgetAfterUs = this.#restUs;
  }

  /** When `maxOn` fires; Infinity while off or without a limit. */
  get firesAtUs(): number {
    return this.#onSinceUs === undefined ? Infinity : this.#onSinceUs + this.#maxOnUs - this.#usedUs;
  }

  get latched(): boolean {
    return this.#latched;
  }

  /** Why the output may not go on now; undefined when it may. */
  refusal(nowUs: number): "min_off" | "max_on" | undefined {
    if (this.#latched || nowUs < this.#restUntilUs) return "max_on";
    if (nowUs < this.#offSinceUs + this.#minOffUs) return "min_off";
    const forgotten = nowUs >= this.#offSinceUs + this.#forgetAfterUs;
    return !forgotten && this.#usedUs >= this.#maxOnUs ? "max_on" : undefined;
  }

  on(nowUs: number): void {
    if (this.#onSinceUs !== undefined) return;
    if (nowUs >= this.#offSinceUs + this.#forgetAfterUs) this.#usedUs = 0;
    this.#onSinceUs = nowUs;
  }

  /** `forced`: not by the will of an owner. */
  off(nowUs: number, forced: boolean): void {
    if (this.#onSinceUs === undefined) return;
    this.#usedUs += nowUs - this.#onSinceUs;
    this.#onSinceUs = undefined;
    this.#offSinceUs = nowUs;
    this.#forgetAfterUs = forced ? Math.max(this.#restUs, this.#maxOnUs) : this.#restUs;
  }

  /** `maxOn` was reached: the output goes off and rests. True when this latches it as a fault. */
  fire(nowUs: number): boolean {
    this.off(nowUs, true);
    this.#usedUs = 0;
    this.#restUntilUs = nowUs + this.#restUs;
    if (this.#latch === undefined) return false;
    const { count, windowUs } = this.#latch;
    this.#firings = [...this.#firings.filter((at) => nowUs - at < windowUs), nowUs].slice(-count);
    this.#latched = this.#firings.length >= count;
    return this.#latched;
  }

  /** An operator acknowledged the fault. */
  clear(): void {
    this.#latched = false;
    this.#firings = [];
  }
}
