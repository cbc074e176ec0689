/**
 * Writes crash reports where they survive the process and the machine. It runs beside the kernel's work and waits for no
 * disk: one write at a time is with the thread pool, what comes meanwhile waits here, and what finds no room is left out
 * and counted.
 *
 * Cost: one write and one fsync for all crashes that came during the last one; in the long run one a minute, about 4 KB,
 * 6 MB a day for a board that never stops crashing. A crash that is told within an fsync is lost if the process is killed
 * before its own write.
 */
import type { BoardEvent } from "../../devices/handler/messages.ts";
import { TokenBucket } from "../mqtt/token-bucket.ts";
import type { CrashFile } from "./crash-file.ts";
import { type CrashLine, crashLineText, isCrashEvent, type LifeFacts } from "./crash-record.ts";
import type { LastLife } from "./last-life.ts";

export interface KeptCrashesOptions {
  readonly file: Pick<CrashFile, "append" | "appendNow">;
  readonly life: LifeFacts;
  /** Wall time; undefined while the clock is not set. */
  readonly at: () => string | null;
  /** Monotonic. */
  readonly nowMs: () => number;
  /** Told once when the storage takes nothing, until it takes something again. */
  readonly notKept: (why: string) => void;
}

/** So many at once, then one a minute. */
const BURST = 20;
const PER_SECOND = 1 / 60;
/** Reports that wait for a disk that does not answer: 128 KB at most. */
const MOST_WAITING = 32;
/** A write that takes longer has stopped, as far as people are concerned. */
const SLOW_MS = 10_000;

export class KeptCrashes {
  readonly #options: KeptCrashesOptions;
  readonly #bucket: TokenBucket;
  readonly #head: string;
  #waiting: string[] = [];
  #underWay: readonly string[] = [];
  #sinceMs = 0;
  #sync = false;
  #n = 0;
  #leftOut = 0;
  #failed = false;
  #ended = false;
  /** A power cut, or a disk that became full, may have left half a line. */
  #torn = true;

  /** Writes down that this life began, and how the last one ended where that was not in order. */
  constructor(options: KeptCrashesOptions, last: LastLife | undefined) {
    this.#options = options;
    this.#bucket = new TokenBucket(PER_SECOND, BURST, options.nowMs());
    this.#head = this.#text({ kind: "begin", ...options.life });
    this.#waiting.push(this.#head);
    if (last !== undefined)
      this.#waiting.push(this.#text({ kind: "ended", what: last.what, cause: last.cause }));
    // Not forced to the disk: a runtime that is started again and again must not wear the card out.
    this.#next();
  }

  /** Reports left out since the last one that was kept. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** An event of the board: kept when it is a crash. */
  heard(event: BoardEvent): void {
    if (this.#ended || !isCrashEvent(event)) return;
    const nowMs = this.#options.nowMs();
    if (this.#underWay.length > 0 && nowMs - this.#sinceMs > SLOW_MS)
      this.#cannot(`the disk has not taken the last one for ${Math.round((nowMs - this.#sinceMs) / 1000)} s`);
    if (!this.#bucket.take(nowMs)) {
      this.#leftOut++;
      return;
    }
    this.#bound(MOST_WAITING - 1);
    const leftOut = this.#leftOut;
    this.#waiting.push(this.#text({ ...event, ...(leftOut > 0 && { leftOut }) }));
    this.#leftOut = 0;
    this.#sync = true;
    this.#next();
  }

  /**
   * The process ends now; `inOrder`: because it was asked to, and what crashes from here on does so because its outputs are
   * taken from it: that is not kept. What was under way is written again.
   */
  end(inOrder: boolean): void {
    this.#ended ||= inOrder;
    const rest = [...this.#underWay, ...this.#waiting, ...(inOrder ? [this.#text({ kind: "end" })] : [])];
    if (rest.length === 0) return;
    try {
      this.#options.file.appendNow(rest.join(""));
    } catch (error) {
      this.#cannot((error as Error).message);
    }
  }

  #next(): void {
    if (this.#underWay.length > 0 || this.#waiting.length === 0) return;
    this.#underWay = this.#waiting;
    this.#waiting = [];
    this.#sinceMs = this.#options.nowMs();
    const sync = this.#sync;
    this.#sync = false;
    void this.#write(this.#underWay.join(""), sync);
  }

  /** What could not be written waits for the next crash: a full disk is not asked again for the same. */
  async #write(text: string, sync: boolean): Promise<void> {
    try {
      const head = text.startsWith(this.#head) ? "" : this.#head;
      await this.#options.file.append(text, { head, sync, torn: this.#torn });
      this.#underWay = [];
      this.#failed = this.#torn = false;
      this.#next();
    } catch (error) {
      this.#waiting = [...this.#underWay, ...this.#waiting];
      this.#bound(MOST_WAITING);
      this.#underWay = [];
      this.#torn = true;
      this.#sync ||= sync;
      this.#cannot((error as Error).message);
    }
  }

  /** The oldest go; what one of them said of others that were left out is not forgotten. */
  #bound(most: number): void {
    while (this.#waiting.length > most) {
      const { leftOut = 0 } = JSON.parse(this.#waiting.shift()!) as { leftOut?: number };
      this.#leftOut += 1 + leftOut;
    }
  }

  #cannot(why: string): void {
    if (!this.#failed) this.#options.notKept(`crash reports: ${why}`);
    this.#failed = true;
  }

  #text(what: { readonly kind: string } & Readonly<Record<string, unknown>>): string {
    const { life, at } = this.#options;
    const line = { ...what, life: life.life, n: ++this.#n, at: at() };
    return crashLineText(line as unknown as CrashLine);
  }
}
