/**
 * The one thing a process yields. Each process has one, reused for every wait: `yield* self.receive()`
 * runs this iterator, which finishes at once when the mailbox has a match and else suspends the process.
 *
 * A reused iterator costs half of a nested generator, and nothing is allocated on the way: also the result
 * is one for all, since `yield*` reads it before anything else runs.
 */
import type { Cell } from "./cell.ts";
import type { MailboxEntry } from "./mailbox.ts";
import type { Process } from "./process.ts";

/** Messages, or looks in vain, that a process may take in one go before others get their turn. */
export const MESSAGES_IN_ONE_GO = 64;

export class Wait implements Iterator<Wait, unknown, void> {
  readonly #cell: Cell;
  readonly #process: Process;
  /** The limit was reckoned from now a moment ago. */
  #ahead = false;

  constructor(cell: Cell, process: Process) {
    this.#cell = cell;
    this.#process = process;
  }

  /**
   * Prepares the next wait. `deaf`: only time ends it; `ahead`: the limit is known to lie in the future; `dueUs`:
   * when the work that begins at the limit is due.
   */
  arm(
    pattern: Process["pattern"],
    untilUs: number | undefined,
    deaf: boolean,
    ahead = false,
    dueUs?: number,
  ): this {
    const process = this.#process;
    process.limitDueUs = dueUs;
    process.pattern = pattern;
    process.deaf = deaf;
    process.timedOut = false;
    process.untilUs = untilUs;
    this.#ahead = ahead;
    return this;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<Wait, unknown> {
    const process = this.#process;
    if (process.taken >= MESSAGES_IN_ONE_GO || process.exitPending !== undefined)
      return suspend(process, "paused");
    const entry = process.deaf ? undefined : process.mailbox.take(process.pattern);
    if (entry !== undefined) {
      process.taken++;
      process.messagesHandled++;
      // The answer to a call is no new work: what was at hand goes on, due when it was.
      if (typeof process.pattern !== "number") {
        process.deadlineUs = entry.deadlineUs;
        process.workBand = workBandOf(entry, process);
      }
      this.#cell.trace?.received(process.pid, entry.message);
      return this.#finish(entry.message);
    }
    const { untilUs } = process;
    if (untilUs !== undefined) {
      // Once its timer runs that alone tells when it is over.
      if (process.timedOut || (process.timer === 0 && !this.#ahead && untilUs <= this.#cell.nowUs())) {
        process.taken++; // Who polls without end lets others run, too.
        return this.#finish(undefined);
      }
      if (process.timer === 0) this.#cell.startTimer(process, untilUs);
    }
    this.#ahead = false;
    // Who waits for new work has done with the old one.
    if (!process.deaf && typeof process.pattern !== "number") process.workBand = process.band;
    return suspend(process, "waiting");
  }

  #finish(value: unknown): IteratorResult<Wait, unknown> {
    if (this.#process.timer !== 0) this.#cell.stopTimer(this.#process);
    FINISHED.value = value;
    return FINISHED as IteratorResult<Wait, unknown>;
  }
}

/** Signals put their receiver before all work, but lend nothing to what it does then. */
function workBandOf({ band, isSignal }: MailboxEntry, { band: own }: Process): number {
  return isSignal || band > own ? own : band;
}

const FINISHED: { done: true; value: unknown } = { done: true, value: undefined };
const SUSPENDED = { done: false, value: undefined };

function suspend(process: Process, state: "waiting" | "paused"): IteratorResult<Wait, unknown> {
  process.state = state;
  return SUSPENDED as unknown as IteratorResult<Wait, unknown>;
}
