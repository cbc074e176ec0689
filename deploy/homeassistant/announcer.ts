/**
 * Decides when Home Assistant is told what, and takes back what an earlier start of the board told and is no more.
 *
 * Said: everything once on every connection to a broker (it may have forgotten), and again when Home Assistant says that it
 * is there (its birth message, https://www.home-assistant.io/integrations/mqtt/#birth-and-last-will-messages), a little
 * later by chance, so that a hundred boards do not answer in the same moment. Nothing is repeated besides: messages are retained.
 *
 * Taken back: a device with an empty message, an entity of a device that stays by its platform alone, which is how its
 * discovery wants it. Both in one message each: of two that follow each other closely Home Assistant may drop entities.
 * What is remembered is what may be known to somebody; it is forgotten only when the broker has acknowledged that it is gone.
 */
import type { LinkCompanion } from "../mqtt/link-companion.ts";
import type { RetainedMessage } from "../mqtt/retained-board.ts";
import type { Platform } from "./component.ts";
import type { Announcement } from "./discovery.ts";

type Platforms = Readonly<Record<string, Platform>>;

/** What was announced by whoever ran here before, by topic; lasting. */
export interface AnnouncedMemory {
  readonly topics: readonly string[];
  of(topic: string): Platforms | undefined;
  /** `undefined`: nobody knows of it any more. */
  keep(topic: string, platforms: Platforms | undefined): void;
}

export interface AnnouncerOptions {
  /** Home Assistant's discovery prefix; absent: only what was announced before is taken back. */
  readonly prefix?: string;
  readonly announcements: readonly Announcement[];
  readonly memory: AnnouncedMemory;
  /** Monotonic ms. */
  readonly now: () => number;
  /** 0..1; default Math.random. */
  readonly random?: () => number;
  /** A broker refused a message; a sentence. */
  readonly onProblem?: (text: string) => void;
}

/** After a birth message: Home Assistant subscribes first and says it then, ms. */
const LEAST_DELAY_MS = 1000;
const MOST_DELAY_MS = 6000;

export class Announcer implements LinkCompanion {
  readonly filters: readonly string[];
  readonly #options: AnnouncerOptions;
  readonly #announcements: ReadonlyMap<string, Announcement>;
  /** Topics to be said now. */
  #waiting: string[] = [];
  #birthAtMs: number | undefined;

  constructor(options: AnnouncerOptions) {
    const { prefix, announcements } = options;
    this.#options = options;
    this.filters = prefix === undefined ? [] : [`${prefix}/status`];
    this.#announcements = new Map(announcements.map((announcement) => [announcement.topic, announcement]));
  }

  live(): void {
    const { memory } = this.#options;
    this.#birthAtMs = undefined;
    for (const [topic, { platforms }] of this.#announcements)
      memory.keep(topic, { ...memory.of(topic), ...platforms });
    const gone = memory.topics.filter((topic) => !this.#announcements.has(topic));
    this.#waiting = [...gone, ...this.#announcements.keys()];
  }

  /** Home Assistant's status: only `online` matters. */
  received(payload: Uint8Array): void {
    if (Buffer.from(payload).toString("utf8") !== "online" || this.#birthAtMs !== undefined) return;
    const { now, random = Math.random } = this.#options;
    this.#birthAtMs = now() + LEAST_DELAY_MS + random() * (MOST_DELAY_MS - LEAST_DELAY_MS);
  }

  get nextAtMs(): number | undefined {
    return this.#waiting.length > 0 ? this.#options.now() : this.#birthAtMs;
  }

  take(publish: (message: RetainedMessage, done: (error?: Error) => void) => boolean): void {
    if (this.#birthAtMs !== undefined && this.#options.now() >= this.#birthAtMs) {
      this.#birthAtMs = undefined;
      const behind = new Set(this.#waiting);
      this.#waiting.push(...[...this.#announcements.keys()].filter((topic) => !behind.has(topic)));
    }
    for (let topic = this.#waiting[0]; topic !== undefined; topic = this.#waiting[0]) {
      const said = topic;
      const payload = this.#payload(said);
      if (!publish({ topic: said, payload }, (error) => this.#ended(said, error))) return;
      this.#waiting.shift();
    }
  }

  #payload(topic: string): string {
    const announcement = this.#announcements.get(topic);
    if (announcement === undefined) return "";
    const { document, platforms } = announcement;
    const gone = Object.entries(this.#options.memory.of(topic) ?? {})
      .filter(([id]) => !Object.hasOwn(platforms, id))
      .map(([id, platform]) => [id, { platform }]);
    return JSON.stringify({
      ...document,
      components: { ...document.components, ...Object.fromEntries(gone) },
    });
  }

  #ended(topic: string, error: Error | undefined): void {
    const { memory, onProblem } = this.#options;
    if (error === undefined) memory.keep(topic, this.#announcements.get(topic)?.platforms);
    // Of a connection that was lost somebody else tells, and all is said on the next one. A broker's no has a code.
    else if ("code" in error) onProblem?.(`the broker refused ${topic} for Home Assistant: ${error.message}`);
  }
}
