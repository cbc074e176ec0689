/**
 * Events that wait inside a state machine: those that come next, and those that were put off.
 */
import type { LoopEvent } from "./machine-handlers.ts";

/** An event with the deadline it came with, us. */
export interface KeptEvent {
  readonly event: LoopEvent;
  readonly deadlineUs: number;
}

export class EventQueue {
  #next: KeptEvent[] = [];
  #putOff: KeptEvent[] = [];

  get hasNext(): boolean {
    return this.#next.length > 0;
  }

  /** Events that were put off, oldest first. */
  get postponed(): readonly KeptEvent[] {
    return this.#putOff;
  }

  set postponed(events: readonly KeptEvent[]) {
    this.#putOff = [...events];
  }

  /** Before all others, in this order. Events of the machine itself have no deadline. */
  first(events: readonly LoopEvent[]): void {
    this.#next.unshift(...events.map((event) => ({ event, deadlineUs: Number.POSITIVE_INFINITY })));
  }

  /** Takes the next one. */
  take(): KeptEvent {
    return this.#next.shift()!;
  }

  /** Keeps it until `retry`; false when as many as `capacity` are kept already. */
  putOff(event: LoopEvent, deadlineUs: number, capacity: number): boolean {
    if (this.#putOff.length >= capacity) return false;
    this.#putOff.push({ event, deadlineUs });
    return true;
  }

  /** What was put off comes next, oldest first. */
  retry(): void {
    if (this.#putOff.length === 0) return;
    this.#next = this.#next.length === 0 ? this.#putOff : [...this.#putOff, ...this.#next];
    this.#putOff = [];
  }
}
