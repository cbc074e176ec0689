/**
 * The one thing a process yields. Each process has one, reused for every wait: `yield* self.receive()`
 * runs this iterator, which finishes at once when the mailbox has a match and else suspends the process.
 *
 * A reused iterator costs half of a nested generator, and nothing is allocated on the way.
 */
import type { Cell } from "./cell.ts";
import type { Process } from "./process.ts";

export class Wait implements Iterator<Wait, unknown, void> {
  readonly #cell: Cell;
  readonly #process: Process;
  readonly #result: { done: boolean; value: unknown } = { done: false, value: undefined };
  #untilUs = Number.POSITIVE_INFINITY;

  constructor(cell: Cell, process: Process) {
    this.#cell = cell;
    this.#process = process;
  }

  /** Prepares the next wait. `deaf`: only time ends it. */
  arm(pattern: Process["pattern"], untilUs: number, deaf: boolean): this {
    this.#process.pattern = pattern;
    this.#process.deaf = deaf;
    this.#process.timedOut = false;
    this.#untilUs = untilUs;
    return this;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<Wait, unknown> {
    const process = this.#process;
    const entry = process.deaf ? undefined : process.mailbox.take(process.pattern);
    if (entry !== undefined) {
      process.messagesHandled++;
      process.deadlineUs = entry.deadlineUs;
      return this.#finish(entry.message);
    }
    if (process.timedOut || this.#untilUs <= this.#cell.nowUs()) return this.#finish(undefined);
    if (process.timer === 0 && this.#untilUs !== Number.POSITIVE_INFINITY) {
      this.#cell.startTimer(process, this.#untilUs);
    }
    process.state = "waiting";
    this.#result.done = false;
    this.#result.value = this;
    return this.#result as IteratorResult<Wait, unknown>;
  }

  #finish(value: unknown): IteratorResult<Wait, unknown> {
    this.#cell.stopTimer(this.#process);
    this.#result.done = true;
    this.#result.value = value;
    return this.#result as IteratorResult<Wait, unknown>;
  }
}
