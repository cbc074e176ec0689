/**
 * A bundle in parts over MQTT, as the board has it: it asks for each part, with a few under way, so that its own speed is the
 * speed, and whoever offers never sends what nobody waits for. Parts travel with QoS 0: an acknowledgement would be the broker's,
 * not that of the other end; what is missing is asked for again.
 *
 * One part is under way at first, twice as many after each that came, up to four (`IN_FLIGHT`): at 64 KB each and 50 ms there and
 * back that is 5 MB/s. When nothing came for a while all that is missing is asked for once more, and only one is under way again.
 */
import type { ReleaseId } from "../../release/manifest.ts";
import type { ByteSource } from "../byte-source.ts";
import { UpdateError } from "../update-error.ts";
import { decodePart, encodeWant, MOST_PART_BYTES } from "./part-packet.ts";

/** Parts under way. */
const IN_FLIGHT = 4;
/** After so long without a part what is missing is asked for again, ms: 64 KB take 4 s at 128 kbit/s. Doubles up to the second. */
const ASK_AGAIN_MS = 10_000;
const LONGEST_ASK_AGAIN_MS = 60_000;
/** Longest without a part, ms: whoever offers may be started again, or the broker. */
const PATIENCE_MS = 600_000;

export interface PartsTimes {
  readonly askAgainMs?: number;
  readonly patienceMs?: number;
}

export interface PartsPlan {
  readonly release: ReleaseId;
  /** Size of the bundle as the offer says it; absent: what is heard first counts. */
  readonly bytes?: number;
  /** Says what is wanted; what is said while there is no broker is lost. */
  readonly ask: (want: string) => void;
  /** What stands in the way as far as is known, for an error. */
  readonly trouble: () => string;
  /** Default: the times above; tests are in more of a hurry. */
  readonly times?: PartsTimes;
  readonly close: () => Promise<void>;
}

export class PartsSource implements ByteSource {
  readonly #plan: PartsPlan;
  readonly #askAgainMs: number;
  readonly #patienceMs: number;
  /** What was asked for and is not handed out yet, by where it begins; with its bytes once they came. */
  readonly #wanted = new Map<number, { readonly to: number; bytes?: Uint8Array }>();
  /** 0 until it is known. */
  #bytes: number;
  /** Somebody has the bundle. */
  #isThere = false;
  #window = 1;
  #heardMs = 0;
  #isClosed = false;
  #news: () => void = () => {};

  private constructor(plan: PartsPlan) {
    this.#plan = plan;
    this.#bytes = plan.bytes ?? 0;
    this.#askAgainMs = plan.times?.askAgainMs ?? ASK_AGAIN_MS;
    this.#patienceMs = plan.times?.patienceMs ?? PATIENCE_MS;
  }

  /** `start` has to be awaited before anything is read. */
  static of(plan: PartsPlan): PartsSource {
    return new PartsSource(plan);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Asks who is there. Rejects with `UpdateError` `unreachable` when nobody answers in all that patience. */
  async start(): Promise<void> {
    this.#heardMs = performance.now();
    this.#wanted.set(0, { to: 0 });
    this.#ask();
    try {
      await this.#until(() => this.#isThere);
    } catch (error) {
      const { trouble, release } = this.#plan;
      throw new UpdateError(
        "unreachable",
        `nobody sends release ${release.slice(0, 12)} in parts: ${trouble()}; offer it again`,
        error,
      );
    } finally {
      this.#wanted.clear();
    }
  }

  /** What came on the topic of parts. */
  heard(payload: Uint8Array): void {
    const part = decodePart(payload);
    if (part === undefined || part.release !== this.#plan.release || part.of === 0) return;
    if (this.#bytes === 0) this.#bytes = part.of;
    if (part.of !== this.#bytes) return; // not the same file
    this.#isThere = true;
    const wanted = this.#wanted.get(part.from);
    if (part.bytes.length === 0) {
      // Who offers has come (back): what was asked before nobody has heard.
      if (wanted?.to !== 0) this.online();
    } else if (wanted !== undefined && wanted.bytes === undefined) {
      if (part.from + part.bytes.length !== wanted.to) return;
      wanted.bytes = part.bytes;
      this.#heardMs = performance.now();
      this.#window = Math.min(this.#window * 2, IN_FLIGHT);
    }
    this.#news();
  }

  /** There is a new connection: what was under way on the one before is lost. */
  online(): void {
    this.#ask();
  }

  /** One at a time. */
  async *read(from: number, to: number): AsyncIterable<Uint8Array> {
    this.#wanted.clear();
    this.#window = 1;
    this.#heardMs = performance.now();
    let next = from;
    try {
      for (let at = from; at < to; ) {
        while (this.#wanted.size < this.#window && next < to) {
          const end = Math.min(next + MOST_PART_BYTES, to);
          this.#wanted.set(next, { to: end });
          this.#ask(next);
          next = end;
        }
        await this.#until(() => this.#wanted.get(at)?.bytes !== undefined);
        const bytes = this.#wanted.get(at)!.bytes!;
        this.#wanted.delete(at);
        at += bytes.length;
        yield bytes;
        // Time that went by while they were written is not silence.
        this.#heardMs = performance.now();
      }
    } finally {
      this.#wanted.clear();
    }
  }

  /** A read that is under way ends as interrupted. */
  close(): Promise<void> {
    this.#isClosed = true;
    this.#news();
    return this.#plan.close();
  }

  /** Of what is missing: all, or one range. */
  #ask(only?: number): void {
    const { release, ask } = this.#plan;
    for (const [from, { to, bytes }] of this.#wanted)
      if (bytes === undefined && (only === undefined || only === from))
        ask(encodeWant({ release, from, to }));
  }

  /** Asks again while it waits. Throws `UpdateError` `interrupted` when nothing came for all that patience. */
  async #until(isThere: () => boolean): Promise<void> {
    for (let waitMs = this.#askAgainMs; !isThere(); ) {
      if (this.#isClosed) throw new UpdateError("interrupted", "it was closed while parts were to come");
      const leftMs = this.#patienceMs - (performance.now() - this.#heardMs);
      if (leftMs <= 0)
        throw new UpdateError(
          "interrupted",
          `no part came for ${Math.round(this.#patienceMs / 1000)} s: ${this.#plan.trouble()}; offer it again: it goes on there`,
        );
      if (await this.#newsWithin(Math.min(waitMs, leftMs))) {
        waitMs = this.#askAgainMs;
      } else {
        this.#window = 1;
        waitMs = Math.min(waitMs * 2, LONGEST_ASK_AGAIN_MS);
        this.#ask();
      }
    }
  }

  /** False when the time is over. */
  #newsWithin(ms: number): Promise<boolean> {
    return new Promise((done) => {
      const timer = setTimeout(() => done(false), ms);
      this.#news = () => {
        clearTimeout(timer);
        done(true);
      };
    });
  }
}
