/** What the board's MQTT cell and the outbox's process say to each other. Plain data. */
import type { OutboxFacts, OutboxLimits } from "./outbox-contract.ts";
import type { NewRecord, OutboxRecord } from "./record.ts";

/** What the process is started with, as JSON in its first argument. */
export interface OutboxProcessPlan {
  /** Where the store is; made when it is missing. */
  readonly folder: string;
  readonly limits: OutboxLimits;
}

/** What was read, and where from. */
export interface SomeRecords {
  /** Of the store. */
  readonly id: string;
  /** The outbox's run now: records of an earlier one may have waited while the board was off. */
  readonly run: number;
  /** The outbox's clock now, which their stamps are of. */
  readonly clockMs: number;
  readonly records: readonly OutboxRecord[];
}

/** To the outbox. */
export type ToOutbox =
  | { readonly type: "put"; readonly records: readonly NewRecord[] }
  /** Answered by `records`, maybe none. */
  | { readonly type: "read"; readonly id: string; readonly after: string; readonly count: number }
  /** The broker has this one and all before it. */
  | { readonly type: "confirm"; readonly id: string; readonly key: string }
  /** Write what is left, and end. */
  | { readonly type: "end" };

/** From the outbox. */
export type FromOutbox =
  /** As many of those that were put are in its memory. */
  | { readonly type: "taken"; readonly count: number }
  | ({ readonly type: "records" } & SomeRecords)
  /** Whoever has read all may read again. */
  | { readonly type: "more" }
  /** All of this key and before are on stable storage. */
  | { readonly type: "stored"; readonly key: string }
  | { readonly type: "facts"; readonly facts: OutboxFacts }
  | { readonly type: "damage"; readonly text: string };
