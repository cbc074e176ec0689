/**
 * What a board says of its links with others to whoever looks (`status/links`, retained): one document, so that a fleet
 * in which all are linked costs each board one topic. A round trip that wavers is no news.
 */

/** One link as the board sees it. */
export interface LinkWord {
  readonly up: boolean;
  /** Since when, ISO 8601; null where it never changed, and while the clock was not set. */
  readonly since: string | null;
  /** Why it is down: `silent`, `offline`, ...; null while it is up, and where it never was. */
  readonly cause: string | null;
  /** Of a packet and its answer, ms; null while that is not known. */
  readonly roundTripMs: number | null;
}

export interface LinksDocument {
  readonly schema: 1;
  readonly peers: Readonly<Record<string, LinkWord>>;
}

/** What is measured of a link at present. */
export interface LinkMeasured {
  readonly board: string;
  readonly up: boolean;
  readonly roundTripMs: number | null;
}

interface Change {
  readonly since: string | null;
  readonly cause: string | null;
}

/** Factor by which a round trip has to change, and how much, ms, before it is told again. */
const NEWS = { factor: 1.5, ms: 1 } as const;

export class LinkReport {
  readonly #at: () => string | null;
  readonly #changes = new Map<string, Change>();
  readonly #told = new Map<string, LinkWord>();

  /** `at`: wall time, null while it is not known. */
  constructor(at: () => string | null) {
    this.#at = at;
  }

  up(board: string): void {
    this.#changes.set(board, { since: this.#at(), cause: null });
  }

  down(board: string, cause: string): void {
    this.#changes.set(board, { since: this.#at(), cause });
  }

  /** What to say now; `undefined` when it is what was said last. */
  next(links: readonly LinkMeasured[]): LinksDocument | undefined {
    let isNews = false;
    for (const { board, up, roundTripMs } of links) {
      const told = this.#told.get(board);
      const { since = null, cause = null } = this.#changes.get(board) ?? {};
      const isSame = told !== undefined && told.up === up && told.since === since && told.cause === cause;
      if (isSame && !differs(told.roundTripMs, roundTripMs)) continue;
      isNews = true;
      this.#told.set(board, { up, since, cause, roundTripMs: rounded(roundTripMs) });
    }
    if (!isNews) return undefined;
    return { schema: 1, peers: Object.fromEntries([...this.#told].sort(([a], [b]) => (a < b ? -1 : 1))) };
  }
}

function differs(told: number | null, ms: number | null): boolean {
  if (told === null || ms === null) return told !== ms;
  const [less, more] = told < ms ? [told, ms] : [ms, told];
  return more - less >= NEWS.ms && more >= less * NEWS.factor;
}

function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 10) / 10;
}
