/**
 * Messages sent for later, by the process that started them: they end with it.
 *
 * One row a timer in columns, each owner's rows in a list whose first row the owner keeps. Nothing is
 * allocated until more timers run than ever before.
 */
import type { TimerHandle, TimerWheel } from "../time/timer-wheel.ts";
import type { Pid } from "./pid.ts";

/** Row of a process that started none. */
export const noTimers = -1;

/** What a process lends to the list. */
export interface TimerOwner {
  sentTimers: number;
}

export class SentTimers {
  readonly #wheel: TimerWheel;
  readonly #owners: (TimerOwner | undefined)[] = [];
  readonly #to: (Pid | string)[] = [];
  readonly #messages: unknown[] = [];
  readonly #handles: number[] = [];
  readonly #next: number[] = [];
  readonly #previous: number[] = [];
  #free = noTimers;
  /** Handles that a version of the code before this one gave out, with what they are here. */
  #inherited: Map<TimerHandle, TimerHandle> | undefined;

  constructor(wheel: TimerWheel) {
    this.#wheel = wheel;
  }

  /** `message` is a copy already. */
  start(owner: TimerOwner | undefined, expiryUs: number, to: Pid | string, message: unknown): TimerHandle {
    const row = this.#free === noTimers ? this.#next.length : this.#free;
    let handle = this.#wheel.start(expiryUs, row); // Before anything changes: it may throw.
    while (this.#inherited?.has(handle) === true) {
      this.#wheel.cancel(handle);
      handle = this.#wheel.start(expiryUs, row);
    }
    if (row === this.#free) this.#free = this.#next[row]!;
    const second = owner === undefined ? noTimers : owner.sentTimers;
    this.#handles[row] = handle;
    this.#to[row] = to;
    this.#messages[row] = message;
    this.#owners[row] = owner;
    this.#next[row] = second;
    this.#previous[row] = noTimers;
    if (owner === undefined) return handle;
    if (second !== noTimers) this.#previous[second] = row;
    owner.sentTimers = row;
    return handle;
  }

  /** False when it was sent already. A handle of another kind of timer has no effect. */
  cancel(given: TimerHandle): boolean {
    const handle = this.#inherited?.get(given) ?? given;
    const row = this.#wheel.take(handle);
    if (typeof row !== "number") return false;
    this.#end(row);
    return true;
  }

  /** The timer of this row expired: hands out what it sends. */
  expire(row: number, send: (to: Pid | string, message: unknown) => void): void {
    const to = this.#to[row]!;
    const message = this.#messages[row];
    this.#end(row);
    send(to, message);
  }

  /** Timers of an owner, by the handles it knows, first to expire first. */
  of(owner: TimerOwner): { handle: TimerHandle; expiryUs: number; to: Pid | string; message: unknown }[] {
    const timers = [];
    const known = new Map([...(this.#inherited ?? [])].map(([given, handle]) => [handle, given]));
    for (let row = owner.sentTimers; row !== noTimers; row = this.#next[row]!) {
      const handle = this.#handles[row]!;
      const [to, message] = [this.#to[row]!, this.#messages[row]];
      timers.push({
        handle: known.get(handle) ?? handle,
        expiryUs: this.#wheel.expiryOf(handle),
        to,
        message,
      });
    }
    return timers.toReversed().toSorted((a, b) => a.expiryUs - b.expiryUs);
  }

  /** As `start`, of a timer that its owner knows by another handle. */
  inherit(given: TimerHandle, owner: TimerOwner, expiryUs: number, to: Pid | string, message: unknown): void {
    this.#inherited ??= new Map();
    this.#inherited.set(given, this.start(owner, expiryUs, to, message));
  }

  /** How many an owner has. */
  count(owner: TimerOwner): number {
    let count = 0;
    for (let row = owner.sentTimers; row !== noTimers; row = this.#next[row]!) count++;
    return count;
  }

  /** Ends all timers of an owner. */
  release(owner: TimerOwner): void {
    for (let row = owner.sentTimers; row !== noTimers; row = owner.sentTimers) {
      this.#wheel.cancel(this.#handles[row]!);
      this.#end(row);
    }
  }

  #end(row: number): void {
    if (this.#inherited !== undefined) this.#disinherit(this.#handles[row]!);
    const owner = this.#owners[row];
    const next = this.#next[row]!;
    if (owner !== undefined) {
      const previous = this.#previous[row]!;
      if (previous === noTimers) owner.sentTimers = next;
      else this.#next[previous] = next;
      if (next !== noTimers) this.#previous[next] = previous;
      this.#owners[row] = undefined;
    }
    this.#messages[row] = undefined;
    this.#next[row] = this.#free;
    this.#free = row;
  }

  #disinherit(ended: TimerHandle): void {
    for (const [given, handle] of this.#inherited ?? []) {
      if (handle === ended) this.#inherited?.delete(given);
    }
    if (this.#inherited?.size === 0) this.#inherited = undefined;
  }
}
