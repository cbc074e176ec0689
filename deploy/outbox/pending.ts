/**
 * Records that are not on stable storage: what waits for the next batch, and the batch that is being written.
 *
 * Bounds: `LARGEST_PENDING`. When they are reached the oldest that is not being written goes; `add` says how many went.
 */
import { type OutboxRecord, recordBytes } from "./record.ts";

/** A hung card at ten records a second is bridged for minutes; the rest is what a small board can spare. */
export const LARGEST_PENDING = { records: 4096, bytes: 1024 * 1024 } as const;

export class Pending {
  readonly #most: { readonly records: number; readonly bytes: number };
  #records: OutboxRecord[] = [];
  #bytes = 0;
  /** As many at the front are being written. */
  #writing = 0;

  constructor(most: { readonly records: number; readonly bytes: number } = LARGEST_PENDING) {
    this.#most = most;
  }

  get length(): number {
    return this.#records.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get oldest(): OutboxRecord | undefined {
    return this.#records[0];
  }

  /** How many were dropped to make room; the new one itself is among them when all others are being written. */
  add(record: OutboxRecord): number {
    this.#records.push(record);
    this.#bytes += recordBytes(record);
    let dropped = 0;
    while (this.#records.length > this.#most.records || this.#bytes > this.#most.bytes) {
      const [gone] = this.#records.splice(this.#writing, 1);
      if (gone === undefined) break;
      this.#bytes -= recordBytes(gone);
      dropped++;
    }
    return dropped;
  }

  /** The next batch, at most so many; they stay here until `written` or `notWritten`. */
  batch(most: number): readonly OutboxRecord[] {
    const batch = this.#records.slice(0, most);
    this.#writing = batch.length;
    return batch;
  }

  /** The batch is on stable storage. */
  written(): void {
    const batch = this.#records.splice(0, this.#writing);
    this.#writing = 0;
    for (const record of batch) this.#bytes -= recordBytes(record);
  }

  /** The batch is not: it goes again. */
  notWritten(): void {
    this.#writing = 0;
  }

  /** Up to `count` beyond the key. */
  read(after: string, count: number): readonly OutboxRecord[] {
    const from = this.#records.findIndex(({ key }) => key > after);
    return from === -1 ? [] : this.#records.slice(from, from + count);
  }

  /** Drops those from the front for which `test` holds, except what is being written; says how many. */
  dropWhile(test: (record: OutboxRecord) => boolean): number {
    let count = 0;
    for (let record = this.#records[this.#writing]; record !== undefined && test(record); count++) {
      this.#bytes -= recordBytes(record);
      record = this.#records[this.#writing + count + 1];
    }
    this.#records.splice(this.#writing, count);
    return count;
  }

  /** Changes keys and stamps; the order must stay. */
  replace(change: (record: OutboxRecord) => OutboxRecord): void {
    this.#records = this.#records.map(change);
    this.#bytes = this.#records.reduce((sum, record) => sum + recordBytes(record), 0);
  }
}
