/** What of the outbox is on stable storage: an open store, with the counts that the outbox's bounds are about. */
import { FIRST_KEY, type OutboxRecord, recordBytes } from "./record.ts";
import type { OpenedStore, RecordStore } from "./record-store.ts";

/** Records read, and deleted, in one go. */
const CHUNK = 256;

export class StoredPart {
  readonly id: string;
  readonly run: number;
  readonly #store: RecordStore;
  #records: number;
  #bytes: number;
  #newest: string;
  #oldest: OutboxRecord | undefined;

  constructor({ store, id, run, records, bytes, newest }: OpenedStore) {
    this.id = id;
    this.run = run;
    this.#store = store;
    this.#records = records;
    this.#bytes = bytes;
    this.#newest = newest;
  }

  get records(): number {
    return this.#records;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Key of the newest record that was ever in it. */
  get newest(): string {
    return this.#newest;
  }

  get oldest(): OutboxRecord | undefined {
    return this.#records === 0 ? undefined : this.#oldest;
  }

  async append(batch: readonly OutboxRecord[]): Promise<void> {
    await this.#store.append(batch);
    if (this.#records === 0) this.#oldest = batch[0];
    this.#records += batch.length;
    this.#bytes += batch.reduce((sum, record) => sum + recordBytes(record), 0);
    this.#newest = batch.at(-1)?.key ?? this.#newest;
  }

  read(after: string, count: number): Promise<readonly OutboxRecord[]> {
    return after < this.#newest ? this.#store.read(after, count) : Promise.resolve([]);
  }

  /** Deletes from the oldest on while `test` holds; says how many went. */
  async dropWhile(test: (record: OutboxRecord) => boolean): Promise<number> {
    let dropped = 0;
    for (;;) {
      const some = await this.#store.read(FIRST_KEY, CHUNK);
      const stays = some.findIndex((record) => !test(record));
      const gone = stays === -1 ? some : some.slice(0, stays);
      const last = gone.at(-1);
      if (last !== undefined) await this.#store.removeTo(last.key);
      this.#records -= gone.length;
      this.#bytes -= gone.reduce((sum, record) => sum + recordBytes(record), 0);
      dropped += gone.length;
      if (stays === -1 && some.length > 0) continue;
      this.#oldest = some[stays];
      return dropped;
    }
  }

  /** Deletes the oldest until no more than so many bytes are left; says how many went. */
  dropBeyond(mostBytes: number): Promise<number> {
    if (this.#bytes <= mostBytes) return Promise.resolve(0);
    let bytes = this.#bytes;
    return this.dropWhile((record) => {
      const goes = bytes > mostBytes;
      if (goes) bytes -= recordBytes(record);
      return goes;
    });
  }

  mark(clockMs: number): Promise<void> {
    return this.#store.mark(clockMs);
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
