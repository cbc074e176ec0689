/**
 * The outbox itself: a queue that outlives its process. Records come in, are read in order, and leave when their
 * receiver has confirmed them.
 *
 * What is confirmed before the next batch is due never touches the card. The rest is written and synced in batches, at the latest `syncEveryMs` after it
 * came: that long is what a power cut can lose. Bounded in bytes and age; the oldest goes, and is counted. When storage
 * is short, only as much is kept as leaves `RESERVE_BYTES` to the rest of the machine.
 *
 * Where the storage fails, the outbox goes on in memory within `Pending`'s bounds and tries again with back-off; what is
 * stored can still be read as long as the storage can. It has an identity of its own until it has a store; when the store
 * opens late its records get new keys, and those that were read by then may be read twice.
 *
 * Age is measured by a clock that runs only while the outbox does: no wall clock is trusted, and a board that is off
 * does not age what it keeps.
 */
import { randomBytes } from "node:crypto";
import type { OutboxFacts, OutboxOptions } from "./outbox-contract.ts";
import { Pending } from "./pending.ts";
import { FIRST_KEY, type NewRecord, type OutboxRecord, recordBytes, recordKey } from "./record.ts";
import { StoreError } from "./record-store.ts";
import { enough, noSpace, RESERVE_BYTES } from "./storage-room.ts";
import { StoredPart } from "./stored-part.ts";

/** A call that takes longer is a fault; it is waited for all the same. */
const SLOW_MS = 10_000;
/** Confirmed records are deleted together, so often, ms. */
const REMOVE_EVERY_MS = 1000;
const RETRY_MS = { least: 1000, most: 60_000 } as const;
const AGE_EVERY_MS = 3_600_000;

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #pending = new Pending();
  readonly #startMs: number;
  readonly #firstOpened: Promise<void>;
  #firstSettled = () => {};
  #id = randomBytes(4).toString("hex");
  #run = 0;
  #number = 0;
  #clockBaseMs = 0;
  #stored: StoredPart | undefined;
  /** Nothing is written before this: the storage failed. */
  #retryAtMs = Number.NEGATIVE_INFINITY;
  #retryMs: number = RETRY_MS.least;
  #mustOpen = true;
  #confirmed = FIRST_KEY;
  #removed = FIRST_KEY;
  #ageAtMs: number;
  #dropped = 0;
  #fault: OutboxFacts["fault"] = null;
  #hungry = false;
  #working: Promise<void> | undefined;
  #callOff: (() => void) | undefined;
  #wakeAtMs = Number.POSITIVE_INFINITY;
  #closing = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#startMs = options.timers.nowMs();
    this.#ageAtMs = this.#startMs;
    this.#firstOpened = new Promise((done) => {
      this.#firstSettled = done;
    });
    options.timers.later(this.#firstSettled, SLOW_MS);
    this.#wakeIn(0);
  }

  /** The store's, or one drawn for this process while there is none. */
  get id(): string {
    return this.#id;
  }

  /** Starts of this store, this one included; 0 while there is none. */
  get run(): number {
    return this.#run;
  }

  get facts(): OutboxFacts {
    const oldest = this.#stored?.oldest ?? this.#pending.oldest;
    return {
      records: (this.#stored?.records ?? 0) + this.#pending.length,
      bytes: (this.#stored?.bytes ?? 0) + this.#pending.bytes,
      oldestMs: oldest === undefined ? null : Math.max(0, this.clockMs() - oldest.stampMs),
      dropped: this.#dropped,
      fault: this.#fault,
    };
  }

  /** The outbox's own clock, which stamps are of. */
  clockMs(): number {
    return Math.round(this.#clockBaseMs + this.#options.timers.nowMs() - this.#startMs);
  }

  put(records: readonly NewRecord[]): void {
    const stampMs = this.clockMs();
    for (const { at, body } of records)
      this.#dropped += this.#pending.add({ key: this.#nextKey(), stampMs, at, body });
    const { syncRecords, syncEveryMs } = this.#options.limits;
    this.#wakeIn(this.#pending.length >= syncRecords ? 0 : syncEveryMs);
    if (this.#hungry) this.#feed();
  }

  /**
   * Up to `count` records beyond the key, in order; from the first on when the key is another store's. None: `onMore`
   * says when there may be some.
   */
  async read(id: string, after: string, count: number): Promise<readonly OutboxRecord[]> {
    await this.#firstOpened;
    const from = id === this.#id && after > this.#confirmed ? after : this.#confirmed;
    let records: readonly OutboxRecord[] = [];
    try {
      records = (await this.#stored?.read(from, count)) ?? [];
    } catch (error) {
      this.#failed(error);
      this.#hungry = true;
      return [];
    }
    if (records.length === 0) records = this.#pending.read(from, count);
    this.#hungry = records.length === 0;
    return records;
  }

  /** Its receiver has it, and all before it. The key of another store says nothing. */
  confirm(id: string, key: string): void {
    if (id !== this.#id || key <= this.#confirmed) return;
    this.#confirmed = key;
    this.#pending.dropWhile((record) => record.key <= key);
    if ((this.#stored?.records ?? 0) > 0) this.#wakeIn(REMOVE_EVERY_MS);
  }

  /** Writes what is not confirmed, and closes the store. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#callOff?.();
    await this.#working;
    this.#retryAtMs = Number.NEGATIVE_INFINITY;
    await this.#work();
    await this.#stored?.close();
  }

  #nextKey(): string {
    return recordKey(this.#run, ++this.#number);
  }

  #feed(): void {
    this.#hungry = false;
    this.#options.onMore?.();
  }

  #wakeIn(ms: number): void {
    const { timers } = this.#options;
    const atMs = Math.max(timers.nowMs() + ms, this.#retryAtMs);
    if (this.#closing || atMs >= this.#wakeAtMs) return;
    this.#callOff?.();
    this.#wakeAtMs = atMs;
    this.#callOff = timers.later(() => {
      this.#wakeAtMs = Number.POSITIVE_INFINITY;
      // Who works looks again when it is done.
      this.#working ??= this.#work().finally(() => {
        this.#working = undefined;
        this.#wakeAgain();
      });
    }, atMs - timers.nowMs());
  }

  #wakeAgain(): void {
    const { limits } = this.#options;
    const oldest = this.#pending.oldest;
    if (this.#isDue()) this.#wakeIn(0);
    else if (oldest !== undefined) this.#wakeIn(oldest.stampMs + limits.syncEveryMs - this.clockMs());
    if (this.#mustOpen) this.#wakeIn(0);
    else if (this.#fault !== null) this.#wakeIn(RETRY_MS.most);
    if (this.#confirmed > this.#removed) this.#wakeIn(REMOVE_EVERY_MS);
    this.#wakeIn(this.#ageAtMs - this.#options.timers.nowMs());
  }

  /** A batch is: its oldest record has waited, or it is large. */
  #isDue(): boolean {
    const { syncRecords, syncEveryMs } = this.#options.limits;
    const { oldest, length } = this.#pending;
    if (oldest === undefined) return false;
    return this.#closing || length >= syncRecords || this.clockMs() - oldest.stampMs >= syncEveryMs;
  }

  /** One round; never rejects. */
  async #work(): Promise<void> {
    try {
      const stored = await this.#openIfClosed();
      await this.#removeConfirmed(stored);
      await this.#removeAged(stored);
      // What comes meanwhile waits for its own time: it would cost a sync for itself.
      for (let due = this.#isDue() ? this.#pending.length : 0; due > 0 && this.#pending.length > 0; )
        due -= await this.#writeBatch(stored);
      this.#retryMs = RETRY_MS.least;
      if (this.#fault?.code !== "full" || (await this.#freeBytes()) >= RESERVE_BYTES) this.#fault = null;
    } catch (error) {
      this.#pending.notWritten();
      this.#failed(error);
    }
    this.#firstSettled();
  }

  async #openIfClosed(): Promise<StoredPart> {
    if (this.#stored !== undefined && !this.#mustOpen) return this.#stored;
    const former = this.#stored;
    // As long as it could not be opened again it stays open: it can still be read.
    if (former !== undefined) await this.#freeBytes();
    this.#stored = undefined;
    await this.#timed(former?.close() ?? Promise.resolve());
    const opened = await this.#timed(this.#options.open());
    const { id, run, clockMs, damage } = opened;
    if (damage !== undefined) this.#options.onDamage?.(damage);
    const shiftMs = former === undefined ? clockMs : 0;
    this.#clockBaseMs += shiftMs;
    this.#run = run;
    this.#number = 0;
    if (id !== this.#id) {
      this.#id = id;
      this.#confirmed = this.#removed = FIRST_KEY;
      this.#pending.replace((record) => ({
        ...record,
        key: this.#nextKey(),
        stampMs: record.stampMs + shiftMs,
      }));
    }
    this.#mustOpen = false;
    this.#stored = new StoredPart(opened);
    await this.#timed(this.#stored.dropWhile(({ key }) => key <= this.#confirmed));
    if (this.#hungry) this.#feed();
    return this.#stored;
  }

  async #removeConfirmed(stored: StoredPart): Promise<void> {
    const confirmed = this.#confirmed;
    if (confirmed <= this.#removed) return;
    if (stored.records > 0) await this.#timed(stored.dropWhile(({ key }) => key <= confirmed));
    this.#removed = confirmed;
  }

  async #removeAged(stored: StoredPart): Promise<void> {
    if (this.#options.timers.nowMs() < this.#ageAtMs) return;
    const clockMs = this.clockMs();
    const aged = ({ stampMs }: OutboxRecord) => clockMs - stampMs > this.#options.limits.ageMs;
    this.#dropped += await this.#timed(stored.dropWhile(aged));
    this.#dropped += this.#pending.dropWhile(aged);
    if (stored.records > 0) await this.#timed(stored.mark(clockMs));
    this.#ageAtMs = this.#options.timers.nowMs() + AGE_EVERY_MS;
  }

  /** Says how many it were. */
  async #writeBatch(stored: StoredPart): Promise<number> {
    const batch = this.#pending.batch(this.#options.limits.syncRecords);
    await this.#makeRoom(stored, batch);
    await this.#timed(stored.append(batch));
    this.#pending.written();
    const last = batch.at(-1)!.key;
    this.#options.onStored?.(last);
    await this.#removeConfirmed(stored);
    return batch.length;
  }

  /** When the machine has little space left, what comes takes the place of the oldest. */
  async #makeRoom(stored: StoredPart, batch: readonly OutboxRecord[]): Promise<void> {
    const bytes = batch.reduce((sum, record) => sum + recordBytes(record), 0);
    const { sizeBytes } = this.#options.limits;
    const most = stored.bytes + Math.max(0, (await this.#freeBytes()) - RESERVE_BYTES);
    const isShort = most < sizeBytes && stored.bytes + bytes > most;
    if (isShort && bytes > most) throw noSpace();
    if (isShort) this.#fault = { code: "full", text: "little space is left where the outbox is kept" };
    else if (this.#fault?.code === "full") this.#fault = null;
    this.#dropped += await this.#timed(stored.dropBeyond(Math.min(sizeBytes, most) - bytes));
  }

  async #freeBytes(): Promise<number> {
    return enough(await this.#timed(this.#options.freeBytes()));
  }

  /** Calls what takes long a fault while it lasts. */
  async #timed<T>(work: Promise<T>): Promise<T> {
    const callOff = this.#options.timers.later(() => {
      this.#fault = { code: "slow", text: `the storage has not answered for ${SLOW_MS / 1000} s` };
    }, SLOW_MS);
    try {
      return await work;
    } finally {
      callOff();
      if (this.#fault?.code === "slow") this.#fault = null;
    }
  }

  #failed(error: unknown): void {
    const { code, message } = error instanceof StoreError ? error : new StoreError("failed", String(error));
    this.#fault = { code, text: message };
    this.#mustOpen = true;
    this.#retryAtMs = this.#options.timers.nowMs() + this.#retryMs;
    this.#retryMs = Math.min(RETRY_MS.most, this.#retryMs * 2);
  }
}
