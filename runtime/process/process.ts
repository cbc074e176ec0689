/**
 * The kernel's record of one process. Only the cell that runs it touches it; process code sees `Self`.
 */

import { notQueued, type Queueable } from "../time/run-queue.ts";
import type { ExitReason } from "./exit-reason.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Pattern } from "./pattern.ts";
import { type Pid, pidId } from "./pid.ts";
import type { Wait } from "./wait.ts";

/** What a process generator may yield: only its own wait, from `receive`, `sleep` and the like. */
export type ProcessGenerator<R = void> = Generator<Wait, R, void>;

/** Lower runs first. Signals and supervisors run in `system`. */
export const BAND = { system: 0, critical: 1, normal: 2, bestEffort: 3 } as const;

/** The generator function of a process, as far as its record needs it. */
export interface NamedBody {
  readonly name: string;
}

export type ProcessState = "runnable" | "running" | "waiting" | "dead";

export class Process implements Queueable {
  /** Set by the cell right after construction. */
  pid!: Pid;
  readonly band: number;
  readonly mailbox: Mailbox;
  generator: ProcessGenerator<unknown> | undefined;
  queuePlace = notQueued;
  state: ProcessState = "waiting";
  trapExit = false;
  /** What `receive` waits for while `state` is `waiting`; `undefined` pattern: anything. */
  pattern: Pattern<unknown> | undefined;
  /** Waits for time only: no message wakes it. */
  deaf = false;
  /** Timer of the present wait; 0: none. */
  timer = 0;
  timedOut = false;
  /** Deadline of the work at hand, us: lent by the message being handled or set by a job. */
  deadlineUs = Number.POSITIVE_INFINITY;
  /** Past this the watchdog ends the cell, us; `Infinity`: the cell's longest slice counts. */
  hardDeadlineUs = Number.POSITIVE_INFINITY;
  /** Set while it runs and something ended it: carried out when it yields. */
  exitPending: ExitReason | undefined;
  exitReason: ExitReason | undefined;
  /** Linked processes by pid id. */
  links: Map<string, Pid> | undefined;
  /** Who watches this process: key `watcher id#ref`. */
  watchers: Map<string, { watcher: Pid; ref: number }> | undefined;
  /** Whom this process watches, by ref. */
  watching: Map<number, Pid> | undefined;
  names: Set<string> | undefined;
  messagesHandled = 0;
  runUs = 0;
  readonly #body: NamedBody;
  readonly #label: string | undefined;

  constructor(body: NamedBody, label: string | undefined, band: number, mailbox: Mailbox) {
    this.#body = body;
    this.#label = label;
    this.band = band;
    this.mailbox = mailbox;
  }

  /** For people. Worked out when somebody asks: `name` of a function is an accessor that costs more than a spawn. */
  get label(): string {
    return this.#label ?? (this.#body.name || "process");
  }

  addLink(other: Pid): void {
    this.links ??= new Map();
    this.links.set(pidId(other), other);
  }

  addWatcher(watcher: Pid, ref: number): void {
    this.watchers ??= new Map();
    this.watchers.set(watchKey(watcher, ref), { watcher, ref });
  }

  removeWatcher(watcher: Pid, ref: number): void {
    this.watchers?.delete(watchKey(watcher, ref));
  }

  addWatched(ref: number, other: Pid): void {
    this.watching ??= new Map();
    this.watching.set(ref, other);
  }

  addName(name: string): void {
    this.names ??= new Set();
    this.names.add(name);
  }
}

function watchKey(watcher: Pid, ref: number): string {
  return `${pidId(watcher)}#${ref}`;
}
