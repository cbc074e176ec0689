/**
 * Records on classic-level (LevelDB): a log that is synced for each batch, tables that are compacted behind it. The only
 * file that touches the package.
 *
 * LevelDB reads tables through memory maps: a card that cannot read any more ends the process with SIGBUS. After a write
 * that failed it takes no other until it is opened again. A store that is damaged is repaired; one that cannot be is set
 * aside as `<folder>.damaged`, in place of an earlier one.
 */
import { randomBytes } from "node:crypto";
import { mkdir, rename, rm } from "node:fs/promises";
import { ClassicLevel } from "classic-level";
import { decodeRecord, encodeRecord, FIRST_KEY, type OutboxRecord, recordBytes } from "./record.ts";
import { type OpenedStore, type RecordStore, type StorageFault, StoreError } from "./record-store.ts";

/** They sort before the keys of records, which are digits. */
const META = { id: "!id", run: "!run", clock: "!clock" } as const;
const BEFORE_RECORDS = "0";
/** Records looked at in one go when a store is opened. */
const SCAN = 1000;
/** A small memory for a small board: what LevelDB collects before it writes a table, and what it caches; bytes. */
const MEMORY = { writeBufferSize: 1024 * 1024, cacheSize: 512 * 1024 } as const;

/** Opens the store in `folder`, or makes one there. Rejects with `StoreError`. */
export async function openLevelStore(folder: string): Promise<OpenedStore> {
  try {
    await makeFolder(folder);
    const { db, damage } = await openDatabase(folder);
    try {
      return { ...(await readBeginning(db)), ...(damage === undefined ? {} : { damage }) };
    } catch (error) {
      await db.close();
      throw error;
    }
  } catch (error) {
    throw storeError(error);
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // What Node says when a folder on the way cannot be made on a read-only file system.
    throw code === "ENOENT" ? new StoreError("readOnly", `${folder} cannot be made`, error) : error;
  }
}

async function openDatabase(folder: string): Promise<{ db: ClassicLevel; damage?: string }> {
  const open = async () => {
    const db = new ClassicLevel(folder, MEMORY);
    await db.open();
    return db;
  };
  try {
    return { db: await open() };
  } catch (error) {
    if (!isDamage(error)) throw error;
    const damage = rootOf(error).message;
    try {
      await ClassicLevel.repair(folder);
      return { db: await open(), damage: `repaired: ${damage}` };
    } catch (second) {
      if (!isDamage(second)) throw second;
    }
    await rm(`${folder}.damaged`, { recursive: true, force: true });
    await rename(folder, `${folder}.damaged`);
    return { db: await open(), damage: `set aside: ${damage}` };
  }
}

/** Counts what is there, and begins a run of its own. */
async function readBeginning(db: ClassicLevel): Promise<Omit<OpenedStore, "damage">> {
  const [id = randomBytes(4).toString("hex"), lastRun = "0", clock = "0"] = await db.getMany([
    META.id,
    META.run,
    META.clock,
  ]);
  const store = new LevelStore(db);
  let [records, bytes, newest, clockMs] = [0, 0, FIRST_KEY, Number(clock)];
  for (let more = true; more; ) {
    const some = await store.read(newest, SCAN);
    for (const record of some) {
      records++;
      bytes += recordBytes(record);
      newest = record.key;
      clockMs = Math.max(clockMs, record.stampMs);
    }
    more = some.length > 0;
  }
  const run = Number(lastRun) + 1;
  await db.batch(
    [
      { type: "put", key: META.id, value: id },
      { type: "put", key: META.run, value: String(run) },
    ],
    { sync: true },
  );
  return { store, id, run, records, bytes, newest, clockMs };
}

class LevelStore implements RecordStore {
  readonly #db: ClassicLevel;
  /** Nothing is left at or before this key: deleting begins behind it instead of stepping over what was deleted. */
  #removedTo = BEFORE_RECORDS;

  constructor(db: ClassicLevel) {
    this.#db = db;
  }

  append(records: readonly OutboxRecord[]): Promise<void> {
    const puts = records.map((record) => ({
      type: "put" as const,
      key: record.key,
      value: encodeRecord(record),
    }));
    return translated(this.#db.batch(puts, { sync: true }));
  }

  async read(after: string, count: number): Promise<readonly OutboxRecord[]> {
    const gt = after > this.#removedTo ? after : this.#removedTo;
    const entries = await translated(this.#db.iterator({ gt, limit: count }).all());
    return entries.flatMap(([key, value]) => decodeRecord(key, value) ?? []);
  }

  async removeTo(key: string): Promise<void> {
    if (key <= this.#removedTo) return;
    await translated(this.#db.clear({ gt: this.#removedTo, lte: key }));
    this.#removedTo = key;
  }

  mark(clockMs: number): Promise<void> {
    return translated(this.#db.put(META.clock, String(Math.floor(clockMs)), { sync: true }));
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}

async function translated<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw storeError(error);
  }
}

/** The failure below abstract-level's own. */
function rootOf(error: unknown): Error & { readonly code?: string } {
  const { cause } = error as Error;
  return cause instanceof Error ? rootOf(cause) : (error as Error);
}

function isDamage(error: unknown): boolean {
  const { code, message } = rootOf(error);
  // A file that a table of contents names and that is not there is damage, too.
  return code === "LEVEL_CORRUPTION" || /^Corruption|No such file/.test(message);
}

function storeError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const { code, message } = rootOf(error);
  return new StoreError(faultOf(code, message), message, error);
}

function faultOf(code: string | undefined, message: string): StorageFault {
  if (code === "LEVEL_LOCKED" || /lock .*: already held/.test(message)) return "inUse";
  if (code === "ENOSPC" || code === "EDQUOT" || /No space left|quota exceeded/.test(message)) return "full";
  if (code === "EROFS" || code === "EACCES" || code === "EPERM") return "readOnly";
  return /Read-only file system|Permission denied/.test(message) ? "readOnly" : "failed";
}
