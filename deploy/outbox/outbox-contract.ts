/** What the outbox is told and what it tells: its bounds, its surroundings, how it stands. */
import type { OpenStore, StorageFault } from "./record-store.ts";

export interface OutboxLimits {
  /** Most bytes of records. */
  readonly sizeBytes: number;
  /** Oldest record that is kept, ms of running time. */
  readonly ageMs: number;
  /** A record is synced so long after it came, at the latest, ms. */
  readonly syncEveryMs: number;
  /** As many records are synced at once. */
  readonly syncRecords: number;
}

/** How it stands. */
export interface OutboxFacts {
  /** That wait, in memory and stored. */
  readonly records: number;
  readonly bytes: number;
  /** Age of the oldest, ms of running time; null when none waits. */
  readonly oldestMs: number | null;
  /** Since this process started. */
  readonly dropped: number;
  readonly fault: { readonly code: StorageFault; readonly text: string } | null;
}

export interface OutboxTimers {
  /** Monotonic. */
  nowMs(): number;
  /** Calls back once; what it returns calls that off. */
  later(call: () => void, afterMs: number): () => void;
}

export interface OutboxOptions {
  readonly limits: OutboxLimits;
  readonly open: OpenStore;
  /** Bytes that may still be written where the store is. Rejects with `StoreError` where nothing may be. */
  readonly freeBytes: () => Promise<number>;
  readonly timers: OutboxTimers;
  /** Something came, or came back, for a reader that had read all. */
  readonly onMore?: () => void;
  /** All up to this key is on stable storage. */
  readonly onStored?: (key: string) => void;
  /** For people: a store was repaired or set aside. */
  readonly onDamage?: (text: string) => void;
}
