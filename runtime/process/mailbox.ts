/**
 * The mailbox of one process: bounded, in order of arrival, with selective receive.
 *
 * A linked list, not a ring: an idle process holds no storage (there may be a million), and taking from the
 * middle is as cheap as taking from the head. An entry is the link, so a message costs one object of its own.
 *
 * Cost: push O(1), take O(1) at the head and one match for each message passed over.
 */
import { matches, type Pattern } from "./pattern.ts";

/** A message that waits, or was taken. */
export interface MailboxEntry {
  readonly message: unknown;
  /** When its work must be done, us; `undefined` for no deadline. */
  readonly deadlineUs: number | undefined;
  /** The band of the work it came out of, which it lends; `lendsNoBand` for none. */
  readonly band: number;
  /** Came by `pushSignal`. */
  readonly isSignal: boolean;
}

interface Link extends MailboxEntry {
  next: Link | undefined;
}

/** Messages a process may have waiting, unless it is spawned with another bound. */
export const defaultMailboxCapacity = 1000;

/** The band of a message that lends none: it comes after all others. */
export const lendsNoBand = 255;

export class Mailbox {
  /** Messages it holds; signals come on top. */
  readonly capacity: number;
  #head: Link | undefined;
  #tail: Link | undefined;
  #messages = 0;
  #signals = 0;
  #dropped = 0;
  #alarmed = false;

  /** Up to and with this entry, nothing matches `#passedBy`; `undefined` when nothing was passed over. */
  #passed: Link | undefined;
  #passedBy: Pattern | undefined;

  constructor(capacity = defaultMailboxCapacity) {
    this.capacity = capacity;
  }

  /** Entries that wait, signals included. */
  get length(): number {
    return this.#messages + this.#signals;
  }

  /** Messages refused because the mailbox was full, since it was made. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Adds a message; false when the mailbox is full: then it is dropped and counted. */
  push(message: unknown, deadlineUs?: number, band = lendsNoBand): boolean {
    if (this.#messages >= this.capacity) {
      this.#dropped++;
      return false;
    }
    this.#messages++;
    this.#append({ message, deadlineUs, band, isSignal: false, next: undefined });
    return true;
  }

  /** Adds an exit, down or system signal, or an awaited reply: it is never dropped and takes no message's place. */
  pushSignal(message: unknown, deadlineUs?: number, band = lendsNoBand): void {
    this.#signals++;
    this.#append({ message, deadlineUs, band, isSignal: true, next: undefined });
  }

  /** True when a drop is worth an alarm: the first, and the first after the mailbox was half empty. */
  alarm(): boolean {
    const first = !this.#alarmed;
    this.#alarmed = true;
    return first;
  }

  /**
   * Removes and returns the first entry that matches, or `undefined` when none does; the others keep their order.
   *
   * With the same tag as in the take before, what did not match then is not asked again. A function or an object
   * may have changed its mind since, so it is asked about everything; use `takeArrived` while one receive waits.
   */
  take(pattern?: Pattern): MailboxEntry | undefined {
    if (pattern !== this.#passedBy || typeof pattern === "function" || typeof pattern === "object")
      this.#passed = undefined;
    this.#passedBy = pattern;
    // Only signals answer a call: where there are none, a call beside a full mailbox passes it at once.
    if (typeof pattern === "number" && this.#signals === 0) this.#passed = this.#tail;
    return this.#takeAfterPassed(pattern);
  }

  /** Goes on with a receive whose `take` found nothing: as `take`, but only what arrived since is asked. */
  takeArrived(pattern?: Pattern): MailboxEntry | undefined {
    return pattern === this.#passedBy ? this.#takeAfterPassed(pattern) : this.take(pattern);
  }

  /** The first entry that matches; it stays. */
  find(pattern?: Pattern): MailboxEntry | undefined {
    for (let link = this.#head; link !== undefined; link = link.next) {
      if (matches(pattern, link.message, link.isSignal)) return link;
    }
    return undefined;
  }

  /** Messages and signals that wait, oldest first. */
  *waiting(): Generator<unknown> {
    for (let link = this.#head; link !== undefined; link = link.next) yield link.message;
  }

  /** The entries that wait, oldest first. */
  *entries(): Generator<MailboxEntry> {
    for (let link = this.#head; link !== undefined; link = link.next) yield link;
  }

  /** The entry that came last, while it waits. */
  get newest(): MailboxEntry | undefined {
    return this.#tail;
  }

  /** Empties it; what waited, oldest first. */
  takeAll(): MailboxEntry[] {
    const all = [...this.entries()];
    this.#head = undefined;
    this.#tail = undefined;
    this.#messages = 0;
    this.#signals = 0;
    this.#passed = undefined;
    this.#alarmed = false;
    return all;
  }

  /** Puts back what was taken out before, behind what waits; never refused. */
  restore({ message, deadlineUs, band, isSignal }: MailboxEntry): void {
    if (isSignal) this.#signals++;
    else this.#messages++;
    this.#append({ message, deadlineUs, band, isSignal, next: undefined });
  }

  #takeAfterPassed(pattern: Pattern | undefined): MailboxEntry | undefined {
    for (;;) {
      const before = this.#passed;
      const link = before === undefined ? this.#head : before.next;
      if (link === undefined) return undefined;
      if (matches(pattern, link.message, link.isSignal)) {
        this.#unlink(before, link);
        return link;
      }
      this.#passed = link;
    }
  }

  #append(link: Link): void {
    if (this.#tail === undefined) this.#head = link;
    else this.#tail.next = link;
    this.#tail = link;
  }

  #unlink(before: Link | undefined, link: Link): void {
    if (before === undefined) this.#head = link.next;
    else before.next = link.next;
    if (this.#tail === link) this.#tail = before;
    // A taken entry may live long; it must not keep alive what came after it.
    link.next = undefined;
    if (link.isSignal) this.#signals--;
    else if (--this.#messages <= this.capacity / 2) this.#alarmed = false;
  }
}
