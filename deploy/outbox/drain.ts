/**
 * Empties the outbox to the broker, oldest first; tells the outbox what the broker has acknowledged, without gaps.
 *
 * State: a window of records in order, each waiting, under way or acknowledged. When half of it is left, more is read.
 * At most `MOST_UNDER_WAY` are under way, so that what is said live finds room on the same connection. After one
 * that the broker did not acknowledge nothing is sent for a while, longer each time, and then from that one on.
 */
import type { SomeRecords } from "./outbox-messages.ts";
import { outboxWords } from "./outbox-words.ts";
import { FIRST_KEY, type OutboxRecord, parseKey } from "./record.ts";

export interface DrainSource {
  /** Answered by `Drain.records`. */
  read(id: string, after: string, count: number): void;
  confirm(id: string, key: string): void;
}

export interface DrainOptions {
  readonly source: DrainSource;
  /** Monotonic ms. */
  readonly now: () => number;
  /** Wall time, ms; `undefined` while it can't be believed. */
  readonly wallMs: () => number | undefined;
  /** `take` should be called. */
  readonly wake: () => void;
}

const WINDOW = 64;
/** Of the sixteen publications that a connection takes. */
const MOST_UNDER_WAY = 12;
const PAUSE_MS = { least: 500, most: 60_000 } as const;

interface Slot {
  readonly record: OutboxRecord;
  state: "waiting" | "underWay" | "acknowledged";
}

export class Drain {
  readonly #options: DrainOptions;
  #id = "";
  #run = 0;
  /** Between the outbox's clock and ours, ms. */
  #clockAheadMs = 0;
  #window: Slot[] = [];
  #underWay = 0;
  #last = FIRST_KEY;
  #reading = false;
  #hasMore = true;
  /** `more` came while something was read. */
  #moreSince = false;
  #pauseMs: number = PAUSE_MS.least;
  #pause: NodeJS.Timeout | undefined;

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  /** The answer to `read`. */
  records({ id, run, clockMs, records }: SomeRecords): void {
    this.#reading = false;
    this.#run = run;
    this.#clockAheadMs = clockMs - this.#options.now();
    if (id !== this.#id) {
      this.#forget();
      this.#id = id;
    }
    if (records.length > 0) this.#last = records.at(-1)!.key;
    else this.#hasMore = this.#moreSince;
    this.#window.push(...records.map((record): Slot => ({ record, state: "waiting" })));
    this.#options.wake();
  }

  /** The outbox has something again. */
  more(): void {
    this.#hasMore = this.#moreSince = true;
    this.#options.wake();
  }

  /** The outbox's process ended: all that it did not hear is read again. */
  restart(): void {
    this.#forget();
    this.#reading = false;
    this.#hasMore = true;
  }

  close(): void {
    clearTimeout(this.#pause);
  }

  /** Hands what waits to `publish` until it says `false`; `done` must be called when one arrived or not. */
  take(publish: (payload: string, done: (error?: Error) => void) => boolean): void {
    if (this.#hasMore && !this.#reading && this.#window.length <= WINDOW / 2) {
      this.#reading = true;
      this.#moreSince = false;
      this.#options.source.read(this.#id, this.#last, WINDOW);
    }
    if (this.#pause !== undefined) return;
    for (const slot of this.#window) {
      if (this.#underWay >= MOST_UNDER_WAY) return;
      if (slot.state !== "waiting") continue;
      if (!publish(this.#words(slot.record), (error) => this.#ended(slot, error))) return;
      slot.state = "underWay";
      this.#underWay++;
    }
  }

  #words(record: OutboxRecord): string {
    const ageMs = Math.max(0, this.#options.now() + this.#clockAheadMs - record.stampMs);
    const wallMs = this.#options.wallMs();
    // Only of this run it is known that the board was not off in between.
    const isDatable = record.at === null && wallMs !== undefined && parseKey(record.key).run === this.#run;
    return outboxWords(this.#id, record, ageMs, isDatable ? new Date(wallMs - ageMs).toISOString() : null);
  }

  #ended(slot: Slot, error: Error | undefined): void {
    // One of a window that was forgotten is nobody's business any more.
    if (!this.#window.includes(slot)) return;
    this.#underWay--;
    slot.state = error === undefined ? "acknowledged" : "waiting";
    if (error === undefined) this.#pauseMs = PAUSE_MS.least;
    else this.#wait();
    const stays = this.#window.findIndex(({ state }) => state !== "acknowledged");
    const gone = this.#window.splice(0, stays === -1 ? this.#window.length : stays);
    const last = gone.at(-1);
    if (last !== undefined) this.#options.source.confirm(this.#id, last.record.key);
  }

  #wait(): void {
    if (this.#pause !== undefined) return;
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#options.wake();
    }, this.#pauseMs);
    this.#pauseMs = Math.min(PAUSE_MS.most, this.#pauseMs * 2);
  }

  #forget(): void {
    this.#window = [];
    this.#underWay = 0;
    this.#last = FIRST_KEY;
  }
}
