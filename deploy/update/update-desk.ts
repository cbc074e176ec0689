/**
 * What a board does about updates while it runs: tells the broker what is written down about them, and has a release that is
 * offered fetched by a process of its own. It never writes itself, and nothing waits for it.
 *
 * A sealed offer names a number that the board gives out in its status and takes back with the first offer that names it. Who sealed
 * it the process looks at that receives: where slots are root's, it is not the board's to say.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { BoardEvent } from "../../devices/handler/messages.ts";
import { type KeptNotice, NOTICE_FILE, readNotice, type UpdateNotice, type UpdateState } from "./notice.ts";
import { type Offer, parseOffer, type ReadOffer } from "./offer.ts";
import { OfferPace } from "./offer-pace.ts";
import { isReceiving } from "./receive-lock.ts";

export interface UpdateDeskPlan {
  /** Folder of the notes. */
  readonly notes: string;
  /** The command line of this release. */
  readonly program: string;
  /** Where an offer is left for who may write slots; absent: this process may. */
  readonly spool?: string;
  /** The board's configuration and page, for who receives. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface UpdateDeskHooks {
  /** `status.update` of the board. */
  readonly status: (update: Readonly<Record<string, unknown>>) => void;
  /** `status.offers`: the number for the next sealed offer, the ways that a release may come, and that an offer may say its size. */
  readonly offers: (offers: {
    readonly nonce: string;
    readonly ways: readonly string[];
    readonly sized: true;
  }) => void;
  readonly tell: (event: BoardEvent) => void;
  readonly refuse: (offer: unknown, reason: string) => void;
}

/** How often it looks for a new notice, ms; progress is told as often. */
const EVERY_MS = 2000;
/** Of the program that receives, MB. */
const HEAP_MB = 64;
/** Ways that an offer may name. */
const WAYS = ["http", "mqtt"] as const;
/** An offer on its way to the process that receives, in the folder of the notes. */
const OFFERED_FILE = "offered.json";
/** Says itself why nothing came of it. */
const IN_VAIN: readonly UpdateState[] = ["refused", "failed"];
/** A notice that a board finds at its start is news for so long. */
const FRESH_MS = 10 * 60_000;

export class UpdateDesk {
  readonly #plan: UpdateDeskPlan;
  readonly #hooks: UpdateDeskHooks;
  readonly #timer: NodeJS.Timeout;
  #child: ChildProcess | undefined;
  /** What `#child` receives. */
  #release = "";
  readonly #pace = new OfferPace();
  #isTaking = false;
  #nonce = "";
  /** Id and state of the last notice that was told. */
  #told = "";
  #state: UpdateState | undefined;
  #progress: { readonly bytes: number; readonly of: number } | undefined;
  #shown: unknown;
  #first = true;

  constructor(plan: UpdateDeskPlan, hooks: UpdateDeskHooks) {
    this.#plan = plan;
    this.#hooks = hooks;
    this.#timer = setInterval(() => void this.#look(), EVERY_MS);
    this.#newNonce();
    void this.#look();
  }

  /** One at a time; what is wrong with it, or stands in its way, is answered. */
  offered(payload: Uint8Array): void {
    const read = parseOffer(payload);
    if (typeof read === "string") this.#hooks.refuse(null, read);
    else if (this.#isTaking)
      this.#hooks.refuse(read.offer, "another offer came at the same moment; offer it again");
    else void this.#take(read, payload);
  }

  /** The program that receives goes on: what it does is the board's only at the next start. */
  close(): void {
    clearInterval(this.#timer);
    this.#child?.unref();
  }

  async #take({ offer, seal }: ReadOffer, payload: Uint8Array): Promise<void> {
    const { spool, notes } = this.#plan;
    this.#isTaking = true;
    try {
      if (seal !== undefined && seal.nonce !== this.#nonce) {
        const help = "it was used, or the board has started again since; offer it again";
        this.#hooks.refuse(offer, `its nonce is not the board's present one: ${help}`);
        return;
      }
      if (seal !== undefined) this.#newNonce();
      const underWay = await this.#underWay();
      const waitMs = underWay === undefined ? this.#pace.waitMs(offer.release, performance.now()) : 0;
      if (waitMs > 0) {
        const help = `offer it again in ${Math.ceil(waitMs / 1000)} s, when what stands in its way is mended (status.update says what), or push it`;
        this.#hooks.refuse(offer, `it came to nothing ${this.#pace.tries} times in a row: ${help}`);
        return;
      }
      // Whoever offers was started again, perhaps: what was allowed first stands.
      if (underWay === offer.release) this.#offered(offer);
      else if (underWay !== undefined)
        this.#hooks.refuse(
          offer,
          "another release is being received or tried; offer it again when that has ended",
        );
      else await this.#leave(offer, payload, spool ?? join(notes, OFFERED_FILE));
    } finally {
      this.#isTaking = false;
    }
  }

  /** Id of the release that is being received, by whomever, or on trial; empty where it does not say which. */
  async #underWay(): Promise<string | undefined> {
    if (this.#child !== undefined) return this.#release;
    const { notes } = this.#plan;
    const notice = readNotice(await readFile(join(notes, NOTICE_FILE), "utf8").catch(() => ""));
    const isAtIt = (notice?.state === "trial" && !notice.live) || (await isReceiving(notes));
    return isAtIt ? (notice?.release ?? "") : undefined;
  }

  /** For the process that receives; one that is not taken up yet is replaced: the last word counts. */
  async #leave(offer: Offer, payload: Uint8Array, file: string): Promise<void> {
    try {
      await writeFile(`${file}.new`, payload);
      await rename(`${file}.new`, file);
    } catch (error) {
      this.#hooks.refuse(offer, `it cannot be left for who receives: ${(error as Error).message}`);
      return;
    }
    this.#pace.begun(offer.release, performance.now());
    if (this.#plan.spool === undefined) this.#receive(offer, file);
    this.#offered(offer);
  }

  #receive({ release }: Offer, file: string): void {
    const { program, environment } = this.#plan;
    const words = [`--max-old-space-size=${HEAP_MB}`, program, "receive", "--offered", file];
    const child = spawn(process.execPath, words, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...environment },
    });
    this.#child = child;
    this.#release = release;
    this.#state = undefined;
    createInterface({ input: child.stdout! }).on("line", (line) => this.#heard(line));
    let lastWords = "";
    child.stderr!.on("data", (data: Buffer) => {
      lastWords = `${lastWords}${data}`.slice(-2000);
    });
    child.on("error", (error) => void this.#ended(child, error.message));
    child.on("close", (code) => void this.#ended(child, code === 0 ? undefined : lastWords.trim()));
  }

  #offered({ release, url }: Offer): void {
    const from = url === undefined ? "mqtt" : new URL(url).host;
    this.#hooks.tell({ kind: "update", state: "offered", release, from });
  }

  #newNonce(): void {
    this.#nonce = randomBytes(16).toString("hex");
    this.#hooks.offers({ nonce: this.#nonce, ways: WAYS, sized: true });
  }

  #heard(line: string): void {
    try {
      const { progress } = JSON.parse(line) as { progress?: { bytes: number; of: number } };
      if (progress !== undefined) this.#progress = progress;
    } catch {
      // Not one of its words.
    }
  }

  async #ended(child: ChildProcess, why: string | undefined): Promise<void> {
    if (child !== this.#child) return;
    this.#child = undefined;
    this.#progress = undefined;
    await this.#look();
    const isTold = this.#state !== undefined && IN_VAIN.includes(this.#state);
    if (why !== undefined) this.#pace.failed(performance.now());
    if (why !== undefined && !isTold) this.#hooks.refuse(null, why.replace(/^holdfast: /, ""));
  }

  async #look(): Promise<void> {
    const { notes } = this.#plan;
    const text = await readFile(join(notes, NOTICE_FILE), "utf8").catch(() => "");
    const notice = readNotice(text);
    if (notice === undefined) return;
    const update = await withoutGhosts(notes, notice);
    const shown = { ...update, ...this.#progress };
    if (JSON.stringify(shown) !== JSON.stringify(this.#shown)) this.#hooks.status(shown);
    this.#shown = shown;
    if (update.id === this.#told) return;
    this.#told = update.id;
    this.#state = update.state;
    // One that is interrupted says so; of one that was killed it is only seen.
    const goesOn = update === notice && update.code === "interrupted";
    if (IN_VAIN.includes(update.state) && !goesOn) this.#pace.failed(performance.now());
    else if (update.state !== "receiving") this.#pace.forgive();
    // At its start a board finds the notice of long ago; what came of the last trial it has only now been told.
    const isNews = !this.#first || isRecent(update.at);
    this.#first = false;
    if (isNews) this.#hooks.tell({ kind: "update", ...update });
  }
}

/** Somebody receives, or waits with it, or judges it: as long as he is there. */
function isUnderWay({ state, live }: UpdateNotice): boolean {
  return state === "receiving" || state === "waiting" || (state === "trial" && live === true);
}

/** What somebody was at who is not there any more has come to nothing. */
async function withoutGhosts(notes: string, notice: KeptNotice): Promise<KeptNotice> {
  if (!isUnderWay(notice) || (await isReceiving(notes))) return notice;
  return {
    ...notice,
    id: `${notice.id} ended`,
    state: "failed",
    code: "interrupted",
    reason: `interrupted while ${notice.state}: push it again`,
  };
}

function isRecent(at: string | null): boolean {
  return at !== null && Date.now() - Date.parse(at) < FRESH_MS;
}
