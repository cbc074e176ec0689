/**
 * The code of all devices and controllers at once: another program for their threads, on trial beside the one that runs,
 * then kept or taken back by all of them. What any of them cannot do, none does. No process: it is called by one, and by the kernel.
 */
import type { NewCode, TrialNews } from "../../runtime/cell/code-change.ts";
import type { Kernel } from "../../runtime/cell/kernel.ts";
import { describeReason, isCrash } from "../../runtime/process/exit-reason.ts";
import type { ReleaseId } from "../update/slot-record.ts";
import type { CodePhase, CodeState } from "./code-messages.ts";

/** A kernel that boots threads ahead. */
export interface WarmingKernel extends Pick<Kernel, "changeCell" | "passTrial" | "rollBack" | "cells"> {
  warm(cell: string, code: NewCode): void;
  isWarm(cell: string, code: NewCode): boolean;
}

export interface LiveCodeOptions {
  readonly kernel: WarmingKernel;
  /** Ids of devices and controllers that have a cell of their own. */
  readonly cells: readonly string[];
  /** URL of the program that cells start with, while nothing else is kept. */
  readonly program: string;
  tell(event: { readonly kind: string; readonly [key: string]: unknown }): void;
  /** Calls back once, after so long, unless it is called off. */
  readonly later: (ms: number, callback: () => void) => () => void;
}

/** How often a thread is looked at that boots, and after how many looks the change goes on without it, ms. */
const LOOK_MS = 50;
const MOST_LOOKS = 200;

export class LiveCode {
  readonly #options: LiveCodeOptions;
  #program: string;
  #phase: CodePhase = "own";
  #release: ReleaseId | null = null;
  #cause: string | null = null;
  #crashed = false;
  #next = "";
  /** Cells that are still to say what becomes of them in this phase. */
  #open = new Set<string>();
  #changing: readonly string[] = [];
  #callOff: () => void = () => {};

  constructor(options: LiveCodeOptions) {
    this.#options = options;
    this.#program = options.program;
  }

  /** What a cell is started with that starts now. */
  get program(): string {
    return this.#program;
  }

  get state(): CodeState {
    return {
      phase: this.#phase,
      release: this.#release,
      cells: this.#changing,
      cause: this.#cause,
      crashed: this.#crashed,
    };
  }

  get isOnTrial(): boolean {
    return ["loading", "trial", "keeping", "takingBack"].includes(this.#phase);
  }

  /** Starts `program` for every cell that runs, beside it, one after the other: each stands still only while it hands over. Taken back when nobody has decided after `limitMs`. */
  begin(release: ReleaseId, program: string, limitMs: number): void {
    const { kernel, cells, later } = this.#options;
    const running = new Set(kernel.cells().map(({ cell }) => cell));
    this.#release = release;
    this.#crashed = false;
    this.#next = program;
    this.#changing = cells.filter((cell) => running.has(cell));
    this.#open = new Set(this.#changing);
    this.#to("loading");
    this.#callOff = later(limitMs, () => this.takeBack("nobody said in time that it stays"));
    this.#change(0);
  }

  /** The next cell, once a thread for it is warm: a lease must not run out while one boots. */
  #change(place: number): void {
    const { kernel } = this.#options;
    const cell = this.#changing[place];
    if (cell === undefined) {
      this.#settled();
      return;
    }
    const code: NewCode = { program: this.#next };
    kernel.warm(cell, code);
    this.#whenWarm(cell, code, MOST_LOOKS, () => {
      try {
        kernel.changeCell(cell, code, { trialMs: Number.POSITIVE_INFINITY }, (news) => {
          this.#heard(cell, news);
          if (news.phase === "trial" && this.#phase === "loading") this.#change(place + 1);
        });
      } catch (error) {
        this.#open.delete(cell);
        this.takeBack(`${cell}: ${(error as Error).message}`);
      }
    });
  }

  #whenWarm(cell: string, code: NewCode, looks: number, go: () => void): void {
    if (this.#phase !== "loading") return;
    if (looks === 0 || this.#options.kernel.isWarm(cell, code)) go();
    else this.#options.later(LOOK_MS, () => this.#whenWarm(cell, code, looks - 1, go));
  }

  /** What is on trial stays. False when nothing is. */
  keep(): boolean {
    if (this.#phase !== "trial") return false;
    this.#callOff();
    this.#open = new Set(this.#changing);
    this.#program = this.#next;
    this.#to("keeping");
    for (const cell of this.#changing) if (!this.#options.kernel.passTrial(cell)) this.#open.delete(cell);
    this.#settled();
    return true;
  }

  /** What was before goes on. False when nothing is on trial, or it stays already. */
  takeBack(why: string, crashed = false): boolean {
    if (this.#phase !== "loading" && this.#phase !== "trial") return false;
    this.#callOff();
    this.#crashed = crashed;
    this.#open = new Set(this.#changing);
    this.#to("takingBack", why);
    for (const cell of this.#changing) if (!this.#options.kernel.rollBack(cell, why)) this.#open.delete(cell);
    this.#settled();
    return true;
  }

  #heard(cell: string, news: TrialNews): void {
    const phase = this.#phase;
    if (news.phase === "trial" || news.phase === "committed") {
      // One that only now comes to its trial, or was kept all the same, is not back.
      if (phase === "takingBack") return;
      this.#open.delete(cell);
      this.#settled();
      return;
    }
    // Its device starts again with what counts then, whatever it was that ended.
    if (phase === "keeping" || phase === "takingBack") {
      this.#open.delete(cell);
      this.#settled();
      return;
    }
    const lost =
      "lost" in news && news.lost.length > 0 ? `, not delivered again: ${news.lost.join(", ")}` : "";
    this.takeBack(`${cell}: ${describeReason(news.cause)}${lost}`, isCrash(news.cause));
  }

  #settled(): void {
    if (this.#open.size > 0) return;
    if (this.#phase === "loading") this.#to("trial");
    else if (this.#phase === "keeping") this.#to("kept");
    else if (this.#phase === "takingBack") this.#to("takenBack", this.#cause);
  }

  #to(phase: CodePhase, cause: string | null = null): void {
    this.#phase = phase;
    this.#cause = cause;
    const { tell } = this.#options;
    tell({ kind: "liveCode", phase, release: this.#release, cells: this.#changing, ...(cause && { cause }) });
  }
}
