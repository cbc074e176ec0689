/** What a board says of a release that is offered to it: what of it is news, shown as it comes, and what is to be done about it. */
import type { ReleaseId } from "../release/manifest.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { Progress } from "./progress.ts";

export type Document = Readonly<Record<string, unknown>>;

/** The board has made up its mind (`end`: how), or the same has to be offered once more (`again`: why). */
export type OfferTurn = { readonly end: string } | { readonly again: string };

/** As a board tells it in `status.update`, and in events. */
interface Told {
  /** The same in both, until there is something else to tell. */
  readonly id?: string;
  readonly state?: string;
  readonly release?: string | null;
  readonly reason?: string;
  readonly code?: string;
  readonly bytes?: number;
  readonly of?: number;
}

/** Longest that a board may take with nothing new to say, ms: a missing link has half an hour. */
const SILENT_MS = 45 * 60_000;
const ENDS = ["confirmed", "reverted", "unreachable", "fellBack"];
/** Why an offer that came too late for its number was not taken. */
const OLD_NONCE = /nonce/;

export class OfferView {
  readonly #json: boolean;
  readonly #board: string;
  readonly #release: ReleaseId;
  readonly #progress = new Progress();
  /** Of what was told last; at first of what is of before the offer. */
  #told: string | undefined;
  #isAway: boolean;
  #isTaken = false;
  #nonce: string | undefined;
  #heardMs = performance.now();

  /** `status`: the board's, of before the offer. */
  constructor(json: boolean, board: string, release: ReleaseId, status: Document) {
    this.#json = json;
    this.#board = board;
    this.#release = release;
    this.#told = nameOf((status.update ?? {}) as Told);
    this.#isAway = status.state !== "online";
    this.#nonce = nonceIn(status);
    this.#progress.begin("fetch");
  }

  /** For the next sealed offer; undefined where the board gives none. */
  get nonce(): string | undefined {
    return this.#nonce;
  }

  /** An offer is worth nothing now: the board is away. */
  get isAway(): boolean {
    return this.#isAway;
  }

  /** The board has said something of the release since it was offered (again). */
  get isTaken(): boolean {
    return this.#isTaken;
  }

  /** Throws `CliError` when the board has said nothing new for 45 minutes. */
  checkSilence(): void {
    if (performance.now() - this.#heardMs <= SILENT_MS) return;
    throw new CliError(
      EXIT.unreachable,
      `${this.#board} has said nothing for 45 min; ask it: holdfast update`,
    );
  }

  say(text: string, value: object): void {
    if (this.#json) process.stdout.write(`${JSON.stringify({ board: this.#board, ...value })}\n`);
    else this.#progress.end(`${this.#board}: ${text}`);
  }

  /** The board's `status`. Throws as `event` does. */
  status(document: Document): OfferTurn | undefined {
    const wasAway = this.#isAway;
    this.#isAway = document.state !== "online";
    this.#nonce = nonceIn(document);
    const turn = this.#heard((document.update ?? {}) as Told);
    // Whatever was offered to it then, nobody heard.
    return turn ?? (wasAway && !this.#isAway && !this.#isTaken ? { again: "it was away" } : undefined);
  }

  /** One of its `events`. Throws `CliError` when the release is refused, or has failed for good. */
  event(document: Document): OfferTurn | undefined {
    return document.kind === "update" ? this.#heard(document as Told) : undefined;
  }

  /** Its answer to an offer, `update/error`. Throws `CliError`. */
  answer({ command, reason }: Document): OfferTurn | undefined {
    const { release = this.#release } = (command ?? {}) as Told;
    if (release !== this.#release) return undefined; // somebody else's offer
    if (OLD_NONCE.test(String(reason))) return { again: String(reason) };
    throw new CliError(EXIT.refused, `${this.#board} refused it: ${String(reason)}`);
  }

  #heard(told: Told): OfferTurn | undefined {
    const { state = "", reason = "", release, code, bytes, of } = told;
    if (release !== this.#release) return undefined;
    if (state === "offered") {
      this.#isTaken = true;
      return undefined;
    }
    if (bytes !== undefined && of !== undefined && !this.#json)
      this.#progress.show(bytes / Math.max(of, 1), bytes);
    const name = nameOf(told);
    if (name === this.#told) return undefined;
    this.#told = name;
    this.#isTaken = true;
    this.#heardMs = performance.now();
    if (state === "refused") throw new CliError(EXIT.refused, `${this.#board} refused it: ${reason}`);
    if (state === "failed" && code !== "interrupted")
      throw new CliError(EXIT.failed, `${this.#board} could not take it: ${reason}`);
    if (state === "failed") {
      this.#isTaken = false;
      return { again: reason };
    }
    this.say([state, reason].filter(Boolean).join(": "), { update: told });
    return ENDS.includes(state) ? { end: state } : undefined;
  }
}

/** What tells it from what was told before. */
function nameOf({ id, bytes: _bytes, of: _of, ...told }: Told): string {
  return id ?? JSON.stringify(told);
}

function nonceIn({ offers }: Document): string | undefined {
  const { nonce } = (offers ?? {}) as { nonce?: unknown };
  return typeof nonce === "string" ? nonce : undefined;
}
