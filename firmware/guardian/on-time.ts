import type { OutputPlan } from "../contracts/output-plan.ts";

type OnTimePlan = Pick<OutputPlan, "maxOnMs" | "maxOnRestMs" | "maxOnLatch" | "minOffMs">;

/** What outlives a guardian; times of the machine's monotonic clock, us. */
export interface OnTimeRecord {
  /** Absent while off. */
  readonly onSinceUs?: number;
  readonly offSinceUs: number;
  /** Time on before that which counts still. */
  readonly usedUs: number;
  /** It last went off by the will of nobody (crash, lease, fence). */
  readonly forced: boolean;
  /** Until when it rests after `maxOn`; absent when it never fired. */
  readonly restUntilUs?: number;
  readonly firings: readonly number[];
  readonly latched: boolean;
}

/** Where records outlive a guardian. */
export interface KeptOnTimes {
  /** What the guardian before left about an output. */
  before(plan: OutputPlan, nowUs: number): OnTimeRecord | undefined;
  /** Never throws. */
  keep(line: string, record: OnTimeRecord): void;
}

/**
 * How long an output has been on, and when it may go on again.
 *
 * On-time accumulates over owners, restarts and take-overs. It is forgotten when the output was off for
 * `max(minOff, maxOnRest)`; when the output did not go off by its owner's will (crash, lease, fence) it is
 * forgotten only after it was off for `maxOn` as well, so a crash loop does not start the clock afresh.
 * Over the death of a guardian it is carried by its record; `minOff` starts afresh.
 */
export class OnTime {
  readonly #maxOnUs: number;
  readonly #minOffUs: number;
  readonly #restUs: number;
  readonly #latch: { count: number; windowUs: number } | undefined;
  #onSinceUs: number | undefined;
  #offSinceUs: number;
  /** `minOff` counts from here. */
  #minOffSinceUs: number;
  #usedUs = 0;
  #forced = false;
  #restUntilUs = -Infinity;
  #firings: number[] = [];
  #latched = false;
  #changed = false;

  /** `startUs`: when the guardian started. `before`: what the guardian before it left. */
  constructor(plan: OnTimePlan, startUs: number, before?: OnTimeRecord) {
    this.#maxOnUs = (plan.maxOnMs ?? Infinity) * 1000;
    this.#minOffUs = (plan.minOffMs ?? 0) * 1000;
    this.#restUs = Math.max(this.#minOffUs, (plan.maxOnRestMs ?? 0) * 1000);
    this.#latch = plan.maxOnLatch && {
      count: plan.maxOnLatch.count,
      windowUs: plan.maxOnLatch.windowMs * 1000,
    };
    this.#minOffSinceUs = startUs;
    this.#offSinceUs = before?.offSinceUs ?? startUs;
    this.#onSinceUs = before?.onSinceUs;
    this.#usedUs = before?.usedUs ?? 0;
    this.#forced = before?.forced ?? false;
    this.#restUntilUs = before?.restUntilUs ?? -Infinity;
    this.#firings = [...(before?.firings ?? [])];
    this.#latched = before?.latched ?? false;
  }

  /** What the next guardian has to know, once after each change; undefined without a limit, or when nothing changed. */
  takeRecord(): OnTimeRecord | undefined {
    if (!this.#changed || this.#maxOnUs === Infinity) return undefined;
    this.#changed = false;
    return {
      ...(this.#onSinceUs !== undefined && { onSinceUs: this.#onSinceUs }),
      ...{ offSinceUs: this.#offSinceUs, usedUs: this.#usedUs, forced: this.#forced },
      ...(this.#restUntilUs !== -Infinity && { restUntilUs: this.#restUntilUs }),
      ...{ firings: this.#firings, latched: this.#latched },
    };
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
    if (nowUs < this.#minOffSinceUs + this.#minOffUs) return "min_off";
    return !this.#forgotten(nowUs) && this.#usedUs >= this.#maxOnUs ? "max_on" : undefined;
  }

  on(nowUs: number): void {
    if (this.#onSinceUs !== undefined) return;
    if (this.#forgotten(nowUs)) this.#usedUs = 0;
    this.#onSinceUs = nowUs;
    this.#changed = true;
  }

  /** `forced`: not by the will of an owner. */
  off(nowUs: number, forced: boolean): void {
    if (this.#onSinceUs === undefined) return;
    this.#usedUs += nowUs - this.#onSinceUs;
    this.#onSinceUs = undefined;
    this.#offSinceUs = nowUs;
    this.#minOffSinceUs = nowUs;
    this.#forced = forced;
    this.#changed = true;
  }

  /** `maxOn` was reached: the output goes off and rests. True when this latches it as a fault. */
  fire(nowUs: number): boolean {
    this.off(nowUs, true);
    this.#usedUs = 0;
    this.#changed = true;
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
    this.#changed = true;
  }

  #forgotten(nowUs: number): boolean {
    const afterUs = this.#forced ? Math.max(this.#restUs, this.#maxOnUs) : this.#restUs;
    return nowUs >= this.#offSinceUs + afterUs;
  }
}
