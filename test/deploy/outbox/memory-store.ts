/** A store in memory that writes down what it is asked, and fails as it is told. */
import { FIRST_KEY, type OutboxRecord, recordBytes } from "../../../deploy/outbox/record.ts";
import {
  type OpenedStore,
  type RecordStore,
  type StorageFault,
  StoreError,
} from "../../../deploy/outbox/record-store.ts";

export class MemoryCard {
  records: OutboxRecord[] = [];
  readonly log: string[] = [];
  id = "c0ffee00";
  runs = 0;
  clockMs = 0;
  freeBytes = 1e9;
  /** What every call meets from now on. */
  fault: StorageFault | undefined;
  /** Appends wait until it resolves. */
  hang: Promise<void> | undefined;

  /** As a board does at its start. */
  open(): Promise<OpenedStore> {
    return this.#meet(() => {
      this.log.push("open");
      return {
        store: this.#store(),
        id: this.id,
        run: ++this.runs,
        records: this.records.length,
        bytes: this.records.reduce((sum, record) => sum + recordBytes(record), 0),
        newest: this.records.at(-1)?.key ?? FIRST_KEY,
        clockMs: Math.max(this.clockMs, ...this.records.map(({ stampMs }) => stampMs)),
      };
    });
  }

  free(): Promise<number> {
    return this.#meet(() => (this.fault === "full" ? 0 : this.freeBytes), "full");
  }

  #store(): RecordStore {
    return {
      append: async (records) => {
        await this.hang;
        await this.#meet(() => {
          this.log.push(`append ${records.length}`);
          this.records.push(...records);
        });
      },
      read: (after, count) => Promise.resolve(this.records.filter(({ key }) => key > after).slice(0, count)),
      removeTo: (last) =>
        this.#meet(() => {
          this.log.push("remove");
          this.records = this.records.filter(({ key }) => key > last);
        }),
      mark: (clockMs) =>
        this.#meet(() => {
          this.clockMs = clockMs;
        }),
      close: async () => {
        this.log.push("close");
      },
    };
  }

  async #meet<T>(work: () => T, except?: StorageFault): Promise<T> {
    if (this.fault !== undefined && this.fault !== except) throw new StoreError(this.fault, "as told");
    return work();
  }
}
