/** Timers that only move when a test turns them; promises run to their end at every step. */
import type { OutboxTimers } from "../../../deploy/outbox/outbox-contract.ts";

interface Due {
  readonly atMs: number;
  readonly call: () => void;
}

export class HandTimers implements OutboxTimers {
  #nowMs = 0;
  readonly #due = new Set<Due>();

  nowMs(): number {
    return this.#nowMs;
  }

  later(call: () => void, afterMs: number): () => void {
    const due = { atMs: this.#nowMs + Math.max(0, afterMs), call };
    this.#due.add(due);
    return () => this.#due.delete(due);
  }

  /** Moves on by so many ms, from one expiry to the next. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (;;) {
      await settled();
      const [next] = [...this.#due].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#due.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.call();
    }
    this.#nowMs = endMs;
  }
}

/** All promise jobs that can run have run. */
export function settled(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}
