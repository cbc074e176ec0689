/**
 * The time limits of a state machine: each has a key, runs once, and is replaced when it is set again.
 *
 * A limit of no time at all is reached before any message is received, in the order of setting. As data, so
 * that they can be handed to the next version: what is left of them and what they carry.
 */
export interface LimitSnapshot {
  readonly key: string;
  /** What is left, ms. */
  readonly ms: number;
  readonly content: unknown;
}

export interface ReachedLimit {
  readonly key: string;
  readonly content: unknown;
}

interface Running {
  /** `AT_ONCE`: before any message. */
  readonly untilUs: number;
  content: unknown;
}

const AT_ONCE = Number.NEGATIVE_INFINITY;

export class TimeLimits {
  /** In the order of setting. */
  readonly #running = new Map<string, Running>();

  get size(): number {
    return this.#running.size;
  }

  /** Sets a limit, in the place of one with this key. `ms` of 0 is reached at once, `Infinity` never. */
  start(key: string, ms: number, content: unknown, nowUs: number): void {
    if (!(ms >= 0)) throw new RangeError(`a time limit is 0 ms or more, not ${ms}`);
    this.startUntil(key, ms === 0 ? AT_ONCE : nowUs + ms * 1000, content);
  }

  /** As `start`, to a point in time, us. */
  startUntil(key: string, untilUs: number, content: unknown): void {
    if (Number.isNaN(untilUs)) throw new RangeError("a time limit is a number, not NaN");
    this.#running.delete(key);
    if (untilUs !== Number.POSITIVE_INFINITY) this.#running.set(key, { untilUs, content });
  }

  /** Changes what a limit carries, not when it is reached; sets one that is reached at once when there is none. */
  update(key: string, content: unknown): void {
    const running = this.#running.get(key);
    if (running === undefined) this.startUntil(key, AT_ONCE, content);
    else running.content = content;
  }

  cancel(key: string): void {
    if (this.#running.size > 0) this.#running.delete(key);
  }

  /** When the next is reached, us; `Infinity` for none. */
  nextUs(): number {
    let nextUs = Number.POSITIVE_INFINITY;
    for (const { untilUs } of this.#running.values()) if (untilUs < nextUs) nextUs = untilUs;
    return nextUs;
  }

  /** Takes the first of those that are reached at once. */
  takeAtOnce(): ReachedLimit | undefined {
    if (this.#running.size === 0) return undefined;
    for (const [key, { untilUs, content }] of this.#running) {
      if (untilUs !== AT_ONCE) continue;
      this.#running.delete(key);
      return { key, content };
    }
    return undefined;
  }

  /** Takes the one that was reached first. */
  takeReached(nowUs: number): ReachedLimit | undefined {
    const nextUs = this.nextUs();
    if (nextUs > nowUs) return undefined;
    for (const [key, { untilUs, content }] of this.#running) {
      if (untilUs !== nextUs) continue;
      this.#running.delete(key);
      return { key, content };
    }
    return undefined;
  }

  snapshot(nowUs: number): LimitSnapshot[] {
    return [...this.#running].map(([key, { untilUs, content }]) => ({
      key,
      ms: Math.max(0, untilUs - nowUs) / 1000,
      content,
    }));
  }

  restore(limits: readonly LimitSnapshot[], nowUs: number): void {
    this.#running.clear();
    for (const { key, ms, content } of limits) this.start(key, ms, content, nowUs);
  }
}
