/**
 * What a board does about updates while it runs: tells the broker what is written down about them, and has a release that is
 * offered fetched by a process of its own. It never writes itself, and nothing waits for it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { BoardEvent } from "../../devices/handler/messages.ts";
import { type KeptNotice, NOTICE_FILE, readNotice, type UpdateState } from "./notice.ts";
import { type Offer, offerWords, parseOffer } from "./offer.ts";
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
  readonly tell: (event: BoardEvent) => void;
  readonly refuse: (offer: unknown, reason: string) => void;
}

/** How often it looks for a new notice, ms; progress is told as often. */
const EVERY_MS = 2000;
/** Of the program that receives, MB. */
const HEAP_MB = 64;
/** Whoever says so is still at it. */
const UNDER_WAY: readonly UpdateState[] = ["receiving", "waiting"];
/** A notice that a board finds at its start is news for so long. */
const FRESH_MS = 10 * 60_000;

export class UpdateDesk {
  readonly #plan: UpdateDeskPlan;
  readonly #hooks: UpdateDeskHooks;
  readonly #timer: NodeJS.Timeout;
  #child: ChildProcess | undefined;
  #told = "";
  #progress: { readonly bytes: number; readonly of: number } | undefined;
  #shown: unknown;
  #first = true;

  constructor(plan: UpdateDeskPlan, hooks: UpdateDeskHooks) {
    this.#plan = plan;
    this.#hooks = hooks;
    this.#timer = setInterval(() => void this.#look(), EVERY_MS);
    void this.#look();
  }

  /** One at a time; what is wrong with it, or stands in its way, is answered. */
  offered(payload: Uint8Array): void {
    const offer = parseOffer(payload);
    if (typeof offer === "string") this.#hooks.refuse(null, offer);
    else if (this.#plan.spool !== undefined) void this.#leave(offer, payload, this.#plan.spool);
    else if (this.#child === undefined) this.#receive(offer);
    else this.#hooks.refuse(offer, "another release is being received; offer it again when that has ended");
  }

  /** The program that receives goes on: what it does is the board's only at the next start. */
  close(): void {
    clearInterval(this.#timer);
    this.#child?.unref();
  }

  #receive(offer: Offer): void {
    const { program, environment } = this.#plan;
    const words = [`--max-old-space-size=${HEAP_MB}`, program, "receive", ...offerWords(offer)];
    const child = spawn(process.execPath, words, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...environment },
    });
    this.#child = child;
    this.#offered(offer);
    createInterface({ input: child.stdout! }).on("line", (line) => this.#heard(line));
    let lastWords = "";
    child.stderr!.on("data", (data: Buffer) => {
      lastWords = `${lastWords}${data}`.slice(-2000);
    });
    child.on("error", (error) => this.#ended(child, error.message));
    child.on("close", (code) => this.#ended(child, code === 0 ? undefined : lastWords.trim()));
  }

  /** One that is not taken up yet is replaced: the last word counts. */
  async #leave(offer: Offer, payload: Uint8Array, spool: string): Promise<void> {
    try {
      await writeFile(`${spool}.new`, payload);
      await rename(`${spool}.new`, spool);
      this.#offered(offer);
    } catch (error) {
      this.#hooks.refuse(offer, `it cannot be left for who receives: ${(error as Error).message}`);
    }
  }

  #offered({ release, url }: Offer): void {
    this.#hooks.tell({ kind: "update", state: "offered", release, from: new URL(url).host });
  }

  #heard(line: string): void {
    try {
      const { progress } = JSON.parse(line) as { progress?: { bytes: number; of: number } };
      if (progress !== undefined) this.#progress = progress;
    } catch {
      // Not one of its words.
    }
  }

  #ended(child: ChildProcess, why: string | undefined): void {
    if (child !== this.#child) return;
    this.#child = undefined;
    this.#progress = undefined;
    if (why !== undefined) this.#hooks.refuse(null, why.replace(/^holdfast: /, ""));
    void this.#look();
  }

  async #look(): Promise<void> {
    const { notes } = this.#plan;
    const text = await readFile(join(notes, NOTICE_FILE), "utf8").catch(() => "");
    const notice = readNotice(text);
    if (notice === undefined) return;
    const { id, ...update } = await withoutGhosts(notes, notice);
    const shown = { ...update, ...this.#progress };
    if (JSON.stringify(shown) !== JSON.stringify(this.#shown)) this.#hooks.status(shown);
    this.#shown = shown;
    if (id === this.#told) return;
    this.#told = id;
    // At its start a board finds the notice of long ago; what came of the last trial it has only now been told.
    const isNews = !this.#first || isRecent(update.at);
    this.#first = false;
    if (isNews) this.#hooks.tell({ kind: "update", ...update });
  }
}

/** What somebody was at who is not there any more has come to nothing. */
async function withoutGhosts(notes: string, notice: KeptNotice): Promise<KeptNotice> {
  if (!UNDER_WAY.includes(notice.state) || (await isReceiving(notes))) return notice;
  return {
    ...notice,
    id: `${notice.id} ended`,
    state: "failed",
    reason: `interrupted while ${notice.state}: push it again`,
  };
}

function isRecent(at: string | null): boolean {
  return at !== null && Date.now() - Date.parse(at) < FRESH_MS;
}
