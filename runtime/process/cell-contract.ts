/**
 * What a cell needs of those around it, and what it tells them. No logic.
 */
import type { Clock } from "../time/clock.ts";
import type { ExitReason } from "./exit-reason.ts";
import type { Groups } from "./groups.ts";
import type { Names } from "./names.ts";
import type { Facts } from "./notes.ts";
import type { Pid, PidHome } from "./pid.ts";
import type { Process, ProcessGenerator } from "./process.ts";
import type { Self } from "./self.ts";
import type { Frame } from "./signal.ts";

/** The way to another cell. `post` never blocks; it returns false when the credit of the pair is used up. */
export interface Peer {
  readonly incarnation: number;
  post(frame: Frame): boolean;
}

/**
 * Told before each resume, when what runs changes its hard deadline, and when nothing runs any more, so that a watchdog
 * needs no cooperation from the code. `startUs`: when this resume begins; a hard deadline before it was missed by others.
 */
export interface Progress {
  begin(processNumber: number, hardDeadlineUs: number, startUs: number): void;
  end(): void;
}

/** A crash as data. */
export interface CrashReport {
  readonly pid: string;
  readonly label: string;
  /** Names it was registered under. */
  readonly names: readonly string[];
  readonly reason: ExitReason;
  readonly mailboxLength: number;
  readonly messagesHandled: number;
  /** What it, or its supervisor, said of itself: its mode, its restarts. */
  readonly notes: Facts;
}

/** A mailbox is full: said once, and again only after it was half empty in between. */
export interface OverflowAlarm {
  readonly kind: "overflow";
  readonly pid: string;
  readonly label: string;
  /** Messages this process has lost since it was spawned. */
  readonly dropped: number;
}

/** What is counted and never silent. */
export interface CellCounts {
  /** Messages for processes that are gone; normal in a system where things die. */
  dead: number;
  /** Wrong key: somebody guessed. */
  forged: number;
  /** Mailbox full. */
  overflow: number;
  /** Credit between two cells used up. */
  credit: number;
  /** Replies to a call that is over. */
  late: number;
  /** Crashes that came too fast to be reported each. */
  unreported: number;
}

/** Who is told of everything that happens in a cell, while somebody traces it. Called in the middle of the kernel: returns soon, throws nothing. */
export interface TraceSink {
  sent(from: Pid | undefined, to: Pid | string, message: unknown): void;
  received(by: Pid, message: unknown): void;
  spawned(pid: Pid, by: Pid | undefined, label: string): void;
  ended(pid: Pid, reason: ExitReason): void;
  /** Resumed `lateUs` after the deadline it had to meet. */
  missed(pid: Pid, lateUs: number): void;
}

export interface CellOptions extends PidHome {
  readonly clock: Clock;
  readonly names?: Names;
  readonly groups?: Groups;
  readonly progress?: Progress;
  /** Longest time one resume may take before the cell counts as hung, us. */
  readonly hangLimitUs?: number;
  /** Messages a mailbox holds. */
  readonly mailboxCapacity?: number;
  /** Band (`BAND`) of processes that no other process spawned. Default `normal`. */
  readonly band?: number;
  /** Given to the processes of this cell as `self.resources`. */
  readonly resources?: CellResources;
  /**
   * The cell ends with its first process. Then others hear of that end from the kernel, as the end of the
   * cell, after everything the cell held was taken back: whoever restarts it finds the way clear.
   */
  readonly endsWithRoot?: boolean;
  /** This pid names a cell, or a board, that is not known (yet): the last chance to learn of it. */
  readonly onUnknownPeer?: (pid: Pid) => void;
  /** A process of that other board used a pid with a wrong key: nobody can have given it to it. */
  readonly onNotGiven?: (board: string) => void;
  /** `process`: the record of the dead, for who wants to tell more. */
  readonly onCrash?: (report: CrashReport, process: Process) => void;
  readonly onAlarm?: (alarm: OverflowAlarm) => void;
  /** Told when something became runnable from outside a run: an event loop then schedules one. */
  readonly onWake?: () => void;
}

/** Things of the isolate that processes use: made once by whoever starts the cell, never sent. */
export interface CellResources {
  /** Called at each wake before processes run; may post what arrived outside the message transport. */
  poll?(post: (to: Pid | string, message: unknown) => void): void;
}

/** A process body: a module's generator function. */
export type Body<A extends readonly unknown[] = readonly unknown[], M = unknown> = (
  self: Self<M>,
  ...args: A
) => ProcessGenerator<unknown>;

/** What new code on trial shows between two messages. */
export interface Checkpoint {
  /** As the version before would have it; absent when that cannot be said. */
  readonly state?: unknown;
}

export interface SpawnOptions {
  readonly label?: string;
  readonly band?: number;
  readonly mailboxCapacity?: number;
}
