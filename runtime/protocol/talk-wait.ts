/**
 * The wait for what the other side of a conversation says: passes the process's own wait through until something
 * was heard. Each conversation has one, reused, as each process has one wait: a generator a message costs more
 * than the check of it.
 */
import type { Waiting } from "../process/self.ts";
import type { Wait } from "../process/wait.ts";

/** What the wait asks of its conversation. */
export interface Listener<T> {
  /** Waits for the next message of the conversation, or for its time limit. */
  listen(): Waiting<unknown>;
  /** `undefined`: goes on waiting. */
  heard(message: unknown): T | undefined;
  /** The limit of this wait has passed. */
  isOver(): boolean;
}

export class TalkWait<T> implements Iterator<Wait, T | undefined, void>, Waiting<T | undefined> {
  readonly #listener: Listener<T>;
  readonly #result: { done: true; value: T | undefined } = { done: true, value: undefined };
  #wait: Iterator<Wait, unknown, void> | undefined;

  constructor(listener: Listener<T>) {
    this.#listener = listener;
  }

  [Symbol.iterator](): this {
    this.#wait = undefined;
    return this;
  }

  next(): IteratorResult<Wait, T | undefined> {
    const listener = this.#listener;
    for (;;) {
      this.#wait ??= listener.listen()[Symbol.iterator]();
      const step = this.#wait.next();
      if (step.done !== true) return step;
      this.#wait = undefined;
      const heard = listener.heard(step.value);
      if (heard === undefined && (step.value !== undefined || !listener.isOver())) continue;
      this.#result.value = heard;
      return this.#result;
    }
  }
}
