/**
 * What a board says about itself, as retained topics; decides when each is worth publishing.
 *
 * Unit: one topic. State: the latest document and the one last sent. A topic is due
 * - at once, when it is new, when its quality or unit changed, and for status and removals;
 * - `publishEvery` after its last publication, when the value left the deadband or the document changed;
 * - 60 s after its last publication in any case, so that a listener can tell quiet from dead.
 * The first change after a quiet second is therefore published at once. After a reconnect everything is due:
 * status first, then the index, then the rest in the order it was first said.
 *
 * Cost: a call is O(1); taking what is due scans all topics, only when something can be due. Bound: topics.
 */
import { finite, leftDeadband } from "./deadband.ts";
import { type BoardTopics, boardTopics, isTopicLevel, reservedIds, reservedReadingIds } from "./topics.ts";

/** Longest time between two publications of a topic, ms: a listener tells quiet from dead by it. */
export const REPEAT_MS = 60_000;

export interface RetainedBoardOptions {
  readonly root: string;
  readonly board: string;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Shortest time between two publications of a topic, ms. Default 1000. */
  readonly publishEveryMs?: number;
  /** Longest time between two publications of a topic, ms. Default 60 000. */
  readonly repeatMs?: number;
  /** Default 1000; the index of that many stays below 128 KiB. */
  readonly maxTopics?: number;
}

export type Quality = "good" | "suspect" | "stale" | "bad";

export interface Reading {
  /** A number that is not finite is published as null with quality bad. */
  readonly value: number | boolean | string | null;
  readonly unit?: string;
  readonly quality: Quality;
  /** Wall time, ISO 8601; null while the clock is not set. */
  readonly at: string | null;
}

export interface ReadingRules {
  /** Deadband: smaller changes of a number are not published by themselves. Default 0. */
  readonly resolution?: number;
  /** Overrides the board's, ms: 0 publishes every change. */
  readonly publishEveryMs?: number;
}

export interface RetainedMessage {
  readonly topic: string;
  /** Empty: the topic is gone. */
  readonly payload: string;
}

type Document = Readonly<Record<string, unknown>>;

interface Entry {
  readonly topic: string;
  readonly owner: string;
  everyMs: number;
  resolution: number;
  reading: Reading | undefined;
  payload: string;
  /** Undefined: never sent on this connection. */
  sentAtMs: number | undefined;
  sentPayload: string;
  sentReading: Reading | undefined;
  gone: boolean;
}

/** The retained topics of one board. */
export class RetainedBoard {
  readonly #topics: BoardTopics;
  readonly #now: () => number;
  readonly #everyMs: number;
  readonly #repeatMs: number;
  readonly #maxTopics: number;
  readonly #entries = new Map<string, Entry>();
  #nextAtMs = Number.POSITIVE_INFINITY;
  #indexOld = false;
  readonly #inherited = new Set<string>();
  #inheritedUntilMs = Number.POSITIVE_INFINITY;
  #refused = 0;

  constructor(options: RetainedBoardOptions) {
    this.#topics = boardTopics(options.root, options.board);
    this.#now = options.now;
    this.#everyMs = options.publishEveryMs ?? 1000;
    this.#repeatMs = options.repeatMs ?? REPEAT_MS;
    this.#maxTopics = options.maxTopics ?? 1000;
    this.#entry(this.#topics.status, "", 0);
    this.#entry(this.#topics.index, "", this.#everyMs);
    this.#indexOld = true;
  }

  /** Topics that did not fit and are not published. */
  get refused(): number {
    return this.#refused;
  }

  /** A new value of `<device>/<id>`. Throws TypeError for an id that is reserved or no topic level. */
  reading(device: string, id: string, reading: Reading, rules: ReadingRules = {}): void {
    if (reservedReadingIds.has(id))
      throw new TypeError(`"${id}" names something else and cannot be a reading`);
    this.#checkDevice(device);
    const entry = this.#entry(this.#topics.reading(device, id), device, this.#everyMs);
    if (entry === undefined) return;
    const { value, unit, quality, at } = finite(reading);
    entry.everyMs = rules.publishEveryMs ?? this.#everyMs;
    entry.resolution = rules.resolution ?? 0;
    entry.reading = { value, quality, at, ...(unit === undefined ? {} : { unit }) };
    entry.payload = JSON.stringify({ value, unit, quality, at });
    this.#consider(entry);
  }

  /** The document at `<device>/state`. */
  state(device: string, state: Document): void {
    this.#checkDevice(device);
    this.#document(this.#topics.state(device), device, this.#everyMs, state);
  }

  /** The document at `status`; published at once. */
  status(status: Document): void {
    this.#document(this.#topics.status, "", 0, status);
  }

  /** The document at `timing/<job>`. */
  timing(job: string, timing: Document): void {
    this.#document(this.#topics.timing(job), "timing", this.#everyMs, timing);
  }

  /** The document at `status/links`. */
  links(links: Document): void {
    this.#document(this.#topics.links, "", this.#everyMs, links);
  }

  /** Clears everything a device published (`timing` clears all jobs): it is no longer on the board. */
  remove(device: string): void {
    for (const entry of this.#entries.values()) {
      if (entry.owner !== device || device === "") continue;
      entry.gone = true;
      entry.payload = "";
      entry.reading = undefined;
      this.#indexOld = true;
      this.#consider(entry);
    }
    this.#considerIndex();
  }

  /**
   * Topics that an earlier start of the board retained: those that are not said again within `graceMs` (long
   * enough for slow devices) are cleared. Foreign topics are ignored.
   */
  inherit(topics: readonly string[], graceMs = this.#repeatMs): void {
    const base = this.#topics.status.slice(0, -"status".length);
    const atMs = this.#now() + graceMs;
    for (const topic of topics.slice(0, this.#maxTopics)) {
      if (!topic.startsWith(base) || topic.includes("+") || topic.includes("#")) continue;
      if (!this.#entries.has(topic)) this.#inherited.add(topic);
    }
    if (this.#inherited.size === 0) return;
    this.#inheritedUntilMs = atMs;
    this.#nextAtMs = Math.min(this.#nextAtMs, atMs);
  }

  /** Everything is due again: a broker that restarted may have forgotten all of it. */
  republish(): void {
    for (const entry of this.#entries.values()) entry.sentAtMs = undefined;
    this.#nextAtMs = this.#now();
  }

  /** The status alone is due again: somebody else wrote the topic. */
  republishStatus(): void {
    const entry = this.#entries.get(this.#topics.status)!;
    entry.sentAtMs = undefined;
    this.#consider(entry);
  }

  /** When `take` should be called next, monotonic ms; undefined when there is nothing to publish. */
  get nextAtMs(): number | undefined {
    return Number.isFinite(this.#nextAtMs) ? this.#nextAtMs : undefined;
  }

  /** Hands what is due to `publish` until it says `false` (no room); that one and the rest stay due. */
  take(publish: (message: RetainedMessage) => boolean): void {
    const now = this.#now();
    if (now < this.#nextAtMs) return;
    if (now >= this.#inheritedUntilMs) this.#clearInherited();
    let nextAtMs = this.#inheritedUntilMs;
    for (const entry of this.#entries.values()) {
      const dueAtMs = this.#dueAtMs(entry);
      if (dueAtMs > now) {
        nextAtMs = Math.min(nextAtMs, dueAtMs);
        continue;
      }
      if (entry.topic === this.#topics.index && this.#indexOld) this.#writeIndex(entry);
      if (!publish({ topic: entry.topic, payload: entry.payload })) {
        this.#nextAtMs = now;
        return;
      }
      entry.sentAtMs = now;
      entry.sentPayload = entry.payload;
      entry.sentReading = entry.reading;
      if (entry.gone) this.#entries.delete(entry.topic);
      else nextAtMs = Math.min(nextAtMs, this.#dueAtMs(entry));
    }
    this.#nextAtMs = nextAtMs;
  }

  /** A publication that was taken did not arrive: it is due again. */
  lost(topic: string): void {
    const entry = this.#entries.get(topic) ?? newEntry(topic, "", 0, true);
    this.#entries.set(topic, entry);
    entry.sentAtMs = undefined;
    this.#consider(entry);
  }

  #clearInherited(): void {
    for (const topic of this.#inherited)
      if (!this.#entries.has(topic)) this.#entries.set(topic, newEntry(topic, "", 0, true));
    this.#inherited.clear();
    this.#inheritedUntilMs = Number.POSITIVE_INFINITY;
  }

  #document(topic: string, owner: string, everyMs: number, document: Document): void {
    const entry = this.#entry(topic, owner, everyMs);
    if (entry === undefined) return;
    entry.payload = JSON.stringify(document);
    this.#consider(entry);
  }

  #entry(topic: string, owner: string, everyMs: number): Entry | undefined {
    const known = this.#entries.get(topic);
    if (known !== undefined) {
      if (known.gone) {
        known.gone = false;
        this.#indexOld = true;
        this.#considerIndex();
      }
      return known;
    }
    if (this.#entries.size >= this.#maxTopics) {
      this.#refused++;
      return undefined;
    }
    const entry = newEntry(topic, owner, everyMs, false);
    this.#entries.set(topic, entry);
    this.#indexOld = true;
    this.#considerIndex();
    return entry;
  }

  #dueAtMs(entry: Entry): number {
    const isIndex = entry.topic === this.#topics.index;
    if (entry.payload === "" && !entry.gone && !isIndex) return Number.POSITIVE_INFINITY;
    if (entry.sentAtMs === undefined || entry.gone) return Number.NEGATIVE_INFINITY;
    const soonMs = entry.sentAtMs + entry.everyMs;
    const repeatAtMs = entry.sentAtMs + this.#repeatMs;
    if (isIndex) return this.#indexOld ? soonMs : repeatAtMs;
    if (entry.reading === undefined || entry.sentReading === undefined)
      return entry.payload === entry.sentPayload ? repeatAtMs : soonMs;
    const { reading, sentReading } = entry;
    if (reading.quality !== sentReading.quality || reading.unit !== sentReading.unit)
      return Number.NEGATIVE_INFINITY;
    return leftDeadband(reading.value, sentReading.value, entry.resolution) ? soonMs : repeatAtMs;
  }

  #consider(entry: Entry): void {
    this.#nextAtMs = Math.min(this.#nextAtMs, Math.max(this.#dueAtMs(entry), this.#now()));
  }

  #considerIndex(): void {
    const index = this.#entries.get(this.#topics.index);
    if (index !== undefined) this.#consider(index);
  }

  #writeIndex(index: Entry): void {
    const topics = [...this.#entries.values()].filter(({ gone }) => !gone).map(({ topic }) => topic);
    index.payload = JSON.stringify({ schema: 1, topics: topics.sort() });
    this.#indexOld = false;
  }

  #checkDevice(device: string): void {
    if (!isTopicLevel(device) || reservedIds.has(device))
      throw new TypeError(`"${device}" cannot be the id of a device`);
  }
}

function newEntry(topic: string, owner: string, everyMs: number, gone: boolean): Entry {
  return {
    topic,
    owner,
    everyMs,
    resolution: 0,
    reading: undefined,
    payload: "",
    sentAtMs: undefined,
    sentPayload: "",
    sentReading: undefined,
    gone,
  };
}
