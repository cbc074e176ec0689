/**
 * Whether a board may speak under its id, from what its status topic says of others.
 *
 * Taken: somebody else is online under it. A real board that finds that waits until the other one went offline or was not
 * heard for three repetitions of its status; an emulated one waits so for another emulated one, and for ever for a real
 * board, which must not find its id taken when it restarts. Free: nobody is. Who speaks and is called offline by somebody
 * (a will of a former connection) says again that he is online.
 */
import { type BoardIdentity, type IdProblem, judgeStatus } from "./status-watch.ts";

export interface IdClaimOptions {
  readonly board: string;
  readonly identity: BoardIdentity;
  /** Of the status, ms. */
  readonly repeatMs: number;
  /** Monotonic ms. */
  readonly now: () => number;
  /** From now on the board is silent. */
  readonly onTaken: (reason: string) => void;
  /** From now on it may speak. */
  readonly onFree: () => void;
  /** The topic says something that is not true of this board: its status is to be said again. */
  readonly onCorrect: () => void;
  readonly onProblem: (text: string, code: IdProblem) => void;
}

/** A status that somebody else keeps overwriting is corrected at most this often, ms. */
const DUEL_MS = 1000;

export class IdClaim {
  readonly #options: IdClaimOptions;
  #taken: { readonly code: IdProblem; readonly reason: string } | undefined;
  /** Who is no more, although the broker still holds the last word of him. */
  #ghost: string | undefined;
  #silenceEnds = false;
  #silence: NodeJS.Timeout | undefined;
  #correctedAtMs = Number.NEGATIVE_INFINITY;
  #correction: NodeJS.Timeout | undefined;
  #reported: string | undefined;

  constructor(options: IdClaimOptions) {
    this.#options = options;
  }

  /** Why the board is silent; undefined while it may speak. */
  get taken(): { readonly code: IdProblem; readonly reason: string } | undefined {
    return this.#taken;
  }

  /** The status topic says this. `isLive`: the board speaks. */
  seen(payload: Uint8Array, isLive: boolean): void {
    const { board, identity } = this.#options;
    const verdict = judgeStatus(identity, board, payload);
    if (verdict.kind === "conflict") {
      if (isLive && verdict.yields) this.#correct();
      else if (isLive || verdict.who !== this.#ghost) this.#stay(verdict);
    } else if (verdict.kind === "other") {
      this.#report(verdict.reason, verdict.code);
    } else if (verdict.kind === "stale" && this.#taken !== undefined) {
      if (this.#silenceEnds) this.#speakAgain();
    } else if (verdict.kind === "stale" && isLive) {
      this.#correct();
    }
  }

  /** Leaves no timer. */
  close(): void {
    clearTimeout(this.#silence);
    clearTimeout(this.#correction);
  }

  #stay({ code, reason, who, lasting }: Conflict): void {
    this.#ghost = undefined;
    this.#silenceEnds = !lasting;
    clearTimeout(this.#silence);
    if (!lasting) {
      this.#silence = setTimeout(() => {
        this.#ghost = who;
        this.#speakAgain();
      }, 3 * this.#options.repeatMs);
    }
    if (this.#taken !== undefined) return;
    this.#taken = { code, reason };
    this.#report(reason, code);
    this.#options.onTaken(reason);
  }

  #speakAgain(): void {
    clearTimeout(this.#silence);
    this.#taken = undefined;
    this.#reported = undefined;
    this.#options.onFree();
  }

  #report(reason: string, code: IdProblem): void {
    if (reason === this.#reported) return;
    this.#reported = reason;
    this.#options.onProblem(reason, code);
  }

  #correct(): void {
    if (this.#correction !== undefined) return;
    const waitMs = Math.max(0, this.#correctedAtMs + DUEL_MS - this.#options.now());
    this.#correction = setTimeout(() => {
      this.#correction = undefined;
      this.#correctedAtMs = this.#options.now();
      this.#options.onCorrect();
    }, waitMs);
  }
}

type Conflict = Extract<ReturnType<typeof judgeStatus>, { kind: "conflict" }>;
