/**
 * The kernel's record of one process. Only the cell that runs it touches it; process code sees `Self`.
 */

import { notQueued, type Queueable } from "../time/run-queue.ts";
import { Abroad } from "./abroad.ts";
import type { ExitReason } from "./exit-reason.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Pattern } from "./pattern.ts";
import type { Pid } from "./pid.ts";
import { noTimers } from "./sent-timers.ts";
import type { Wait } from "./wait.ts";

/** What a process generator may yield: only its own wait, from `receive`, `sleep` and the like. */
export type ProcessGenerator<R = void> = Generator<Wait, R, void>;

/**
 * Lower runs first; within a band the nearest deadline. Supervisors run in `system`, which nobody else can be lent;
 * signals before all that is `critical`. `background` has no deadlines: it takes what is left, and 5 % when nothing is.
 */
export const BAND = { system: 0, critical: 1, normal: 2, bestEffort: 3, background: 4 } as const;

/** The generator function of a process, as far as its record needs it. */
export interface NamedBody {
  readonly name: string;
}

/** `paused`: it had its share of messages in one go and waits for its next turn. */
export type ProcessState = "runnable" | "running" | "waiting" | "paused" | "dead";

/** How long a process was runnable while others ran, us; without the present time, which began at `sinceUs`. */
export interface ReadyTime {
  readyUs: number;
  sinceUs: number;
}

export class Process implements Queueable {
  /** Set by the cell right after construction. */
  pid!: Pid;
  /** Its own, however urgent the work at hand. */
  readonly band: number;
  /** Of the work at hand: its own, or a more urgent one that was lent. What it sends lends this on. */
  workBand: number;
  mailbox: Mailbox;
  generator: ProcessGenerator<unknown> | undefined;
  queuePlace = notQueued;
  /** What it waits in the run queue with: the most urgent it was lent, or its own. */
  queueBand = 0;
  /** The deadline it waits in the run queue with, us; `undefined`: none. */
  queueDeadlineUs: number | undefined;
  state: ProcessState = "waiting";
  trapExit = false;
  /** What `receive` waits for while `state` is `waiting`; `undefined` pattern: anything. */
  pattern: Pattern<unknown> | undefined;
  /** Waits for time only: no message wakes it. */
  deaf = false;
  /** Timer of the present wait; 0: none. */
  timer = 0;
  timedOut = false;
  /** Messages taken since it was resumed. */
  taken = 0;
  /** First of the timers it started by `sendAfter`. */
  sentTimers = noTimers;
  // Where there is mostly no number, `undefined` stands for none: V8 gives each number with a fraction, and
  // `Infinity`, a box of its own, which for a million processes is memory and for ten thousand a cache.
  /** When the present wait ends, us. */
  untilUs: number | undefined;
  /** When the work that begins at the end of the present wait is due, us; `undefined`: within the cell's hang limit. */
  limitDueUs: number | undefined;
  /** Deadline of the work at hand, us: lent by the message being handled or set by a job. */
  deadlineUs: number | undefined;
  /** Past this the watchdog ends the cell, us; none: the cell's longest slice counts. */
  hardDeadlineUs: number | undefined;
  /** Set while it runs and something ended it: carried out when it yields. */
  exitPending: ExitReason | undefined;
  exitReason: ExitReason | undefined;
  /** Linked processes of this cell. */
  links: Set<Process> | undefined;
  /** Who in this cell watches this process, by ref. */
  watchers: Map<number, Process> | undefined;
  /** Whom this process watches, by ref. */
  watching: Map<number, Pid> | undefined;
  /** Bonds with other cells. */
  abroad: Abroad | undefined;
  names: Set<string> | undefined;
  messagesHandled = 0;
  runUs = 0;
  /** Most that was seen to pass in one resume, whole us. */
  longestSliceUs = 0;
  /** Kept once somebody has to know why it is late. */
  readyTime: ReadyTime | undefined;
  readonly #body: NamedBody;
  readonly #label: string | undefined;

  constructor(body: NamedBody, label: string | undefined, band: number, mailbox: Mailbox) {
    this.#body = body;
    this.#label = label;
    this.band = band;
    this.workBand = band;
    this.mailbox = mailbox;
  }

  /** For people. Worked out when somebody asks: `name` of a function is an accessor that costs more than a spawn. */
  get label(): string {
    return this.#label ?? this.functionName;
  }

  /** Its generator function. */
  get functionName(): string {
    return this.#body.name || "process";
  }

  addLink(other: Process): void {
    this.links ??= new Set();
    this.links.add(other);
  }

  addWatcher(ref: number, watcher: Process): void {
    this.watchers ??= new Map();
    this.watchers.set(ref, watcher);
  }

  addWatched(ref: number, other: Pid): void {
    this.watching ??= new Map();
    this.watching.set(ref, other);
  }

  addLinkAbroad(other: Pid, id: string): void {
    this.abroad ??= new Abroad();
    this.abroad.addLink(other, id);
  }

  addWatcherAbroad(watcher: Pid, ref: number): void {
    this.abroad ??= new Abroad();
    this.abroad.addWatcher(watcher, ref);
  }

  dropBonds(): void {
    this.links = undefined;
    this.watchers = undefined;
    this.watching = undefined;
    this.abroad = undefined;
  }

  addName(name: string): void {
    this.names ??= new Set();
    this.names.add(name);
  }
}
