/** Runs a cell inside Node's event loop: after each wake, and when its next timer is due. */
import type { Cell } from "../process/cell.ts";

/** Resumes in one turn of the event loop: sockets and timers get their turn in between. */
const RESUMES_PER_TURN = 256;

export class EventLoop {
  readonly #cell: Cell;
  readonly #after: () => void;
  #scheduled = false;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(cell: Cell, { after = () => {} }: { after?: () => void } = {}) {
    this.#cell = cell;
    this.#after = after;
  }

  /** Something arrived: run soon. */
  wake(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    setImmediate(() => this.#turn());
  }

  /** For good, also when a turn is scheduled already: it would arm timers that keep the thread. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#stopped = true;
  }

  #turn(): void {
    if (this.#stopped) return;
    this.#scheduled = false;
    this.#cell.resources.poll?.((to, message) => this.#cell.post(to, message));
    const busy = this.#cell.run(RESUMES_PER_TURN);
    this.#after();
    if (busy) {
      this.wake();
      return;
    }
    clearTimeout(this.#timer);
    const nextUs = this.#cell.nextWakeUs();
    if (nextUs === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.min(Math.max(0, (nextUs - this.#cell.nowUs()) / 1000), 2 ** 31 - 1);
    this.#timer = setTimeout(() => this.wake(), delayMs);
  }
}
