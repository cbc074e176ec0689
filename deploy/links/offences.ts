/** What linked boards may not do and tried all the same: all of it is counted, a bounded part told. */
import type { BoardOffence } from "../../runtime/boards/exchange-counts.ts";
import { RateLimit } from "../../runtime/time/rate-limit.ts";

/** `notAllowed`: a spawn, command or end without the right; the others: see `ExchangeCounts`. None had an effect. */
export type Offence = BoardOffence;

/** An event for people. */
export interface OffenceEvent {
  readonly kind: "refused";
  readonly by: "links";
  readonly what: Offence;
  /** The board that tried. */
  readonly peer: string;
  readonly reason: string;
  /** How many of the kind there were since the last that was told. */
  readonly untold?: number;
}

/** Told at once of each kind, and one every ten seconds: whoever tries on purpose must not fill the event log. */
const TOLD = { burst: 5, everyUs: 10_000_000 } as const;
/** What another board may put into a document of ours, characters. */
const LONGEST_REASON = 300;

export class Offences {
  readonly counts = each(() => 0);
  readonly #untold = each(() => 0);
  readonly #limits = each(() => new RateLimit(TOLD.burst, TOLD.everyUs));
  readonly #nowUs: () => number;
  readonly #tell: (event: OffenceEvent) => void;

  constructor(nowUs: () => number, tell: (event: OffenceEvent) => void) {
    this.#nowUs = nowUs;
    this.#tell = tell;
  }

  /** `details`: of the event, beside what each has. */
  add(what: Offence, peer: string, why: string, details: Readonly<Record<string, unknown>> = {}): void {
    this.counts[what]++;
    if (!this.#limits[what].take(this.#nowUs())) {
      this.#untold[what]++;
      return;
    }
    const untold = this.#untold[what];
    this.#untold[what] = 0;
    const reason = why.slice(0, LONGEST_REASON);
    this.#tell({
      kind: "refused",
      by: "links",
      what,
      peer,
      ...details,
      reason,
      ...(untold > 0 && { untold }),
    });
  }
}

/** In words, for the event. `what`: the group, where there is one. */
export function offenceWords(peer: string, offence: BoardOffence, what = ""): string {
  switch (offence) {
    case "notItself":
      return `${peer} spoke for a process of another board`;
    case "notGiven":
      return `${peer} used a pid that nobody gave it`;
    case "notAllowed":
      return `${peer} may not stop, read, change or end a server of this board by system requests`;
    case "tooMany":
      return `${peer} has as many monitors, links and unanswered requests here as a board may have, and wanted one more`;
    case "notShared":
      return `${peer} has group "${what}" in common with this board, and "groups" of "links" here does not name it`;
  }
}

function each<T>(make: () => T): Record<Offence, T> {
  return { notItself: make(), notGiven: make(), notShared: make(), notAllowed: make(), tooMany: make() };
}
