/** Where records are kept: what the outbox asks of a store, and what stores answer when the storage fails. */
import type { OutboxRecord } from "./record.ts";

/** One open store. Calls do not overlap, except `read` with any other. */
export interface RecordStore {
  /** All or none; they are on stable storage when this resolves. Keys are beyond all that are there. Rejects with `StoreError`. */
  append(records: readonly OutboxRecord[]): Promise<void>;
  /** Up to `count` records beyond the key, in order. Rejects with `StoreError`. */
  read(after: string, count: number): Promise<readonly OutboxRecord[]>;
  /** Deletes what is not beyond the key. A power cut may bring some of it back. Rejects with `StoreError`. */
  removeTo(key: string): Promise<void>;
  /** Keeps the outbox's clock, ms. Rejects with `StoreError`. */
  mark(clockMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface OpenedStore {
  readonly store: RecordStore;
  /** Drawn when the store was made: 8 hexadecimal digits. */
  readonly id: string;
  /** Starts since then, this one included, from 1. */
  readonly run: number;
  readonly records: number;
  /** As `recordBytes` counts. */
  readonly bytes: number;
  /** Key of the newest record; `FIRST_KEY` when there is none. */
  readonly newest: string;
  /** What the outbox's clock has reached at least, ms. */
  readonly clockMs: number;
  /** What an earlier store looked like that had to be given up or repaired. */
  readonly damage?: string;
}

/** Opens the store, or rejects with `StoreError`. */
export type OpenStore = () => Promise<OpenedStore>;

/**
 * `full`: no room. `readOnly`: it may not be written. `inUse`: another process has it, most likely one that is just
 * ending. `slow`: it takes longer than an outbox waits. `failed`: anything else, such as a card that is dying.
 */
export type StorageFault = "full" | "readOnly" | "inUse" | "slow" | "failed";

/** Stable storage did not do what it was asked. */
export class StoreError extends Error {
  readonly code: StorageFault;

  constructor(code: StorageFault, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
