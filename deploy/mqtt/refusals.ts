import { TokenBucket } from "./token-bucket.ts";

/** `login`: wrong, or none; `publish`: without the right; `read`: kept from somebody who subscribed; `room`: a bound is reached. */
export type RefusalKind = "login" | "publish" | "read" | "room";

/** Something the board's own broker refused. */
export interface Refusal {
  readonly kind: RefusalKind;
  /** The client's own word. */
  readonly client: string;
  /** As whom it came in; absent before that. */
  readonly user?: string;
  readonly topic?: string;
  readonly reason: string;
}

/** `untold`: how many of the kind there were since the last that was told. */
export type ToldRefusal = Refusal & { readonly untold: number };

/** Told at once, and one a second of each kind: whoever is refused on purpose must not fill the event log. */
const TOLD_AT_ONCE = 5;
const TOLD_PER_SECOND = 1;
/** What a client may put into a document of ours, characters. */
const LONGEST_WORD = 64;

/** Counts everything that is refused, and tells a bounded part of it. */
export class Refusals {
  readonly counts: Record<RefusalKind, number> = { login: 0, publish: 0, read: 0, room: 0 };
  readonly #untold: Record<RefusalKind, number> = { login: 0, publish: 0, read: 0, room: 0 };
  readonly #now: () => number;
  readonly #tell: (refusal: ToldRefusal) => void;
  readonly #buckets: Readonly<Record<RefusalKind, TokenBucket>>;

  /** `now`: monotonic ms. */
  constructor(now: () => number, tell: (refusal: ToldRefusal) => void) {
    this.#now = now;
    this.#tell = tell;
    const bucket = () => new TokenBucket(TOLD_PER_SECOND, TOLD_AT_ONCE, now());
    this.#buckets = { login: bucket(), publish: bucket(), read: bucket(), room: bucket() };
  }

  add(refusal: Refusal): void {
    const { kind, client, topic } = refusal;
    this.counts[kind]++;
    // Whoever subscribes to everything is kept from what is not his at every message: counted, and no news.
    if (kind === "read") return;
    if (!this.#buckets[kind].take(this.#now())) {
      this.#untold[kind]++;
      return;
    }
    const short = { client: clip(client), ...(topic !== undefined && { topic: clip(topic) }) };
    this.#tell({ ...refusal, ...short, untold: this.#untold[kind] });
    this.#untold[kind] = 0;
  }
}

function clip(word: string): string {
  return word.length <= LONGEST_WORD ? word : `${word.slice(0, LONGEST_WORD - 1)}…`;
}
