/**
 * What supervisors need of whoever runs cells: start one, end one. `ThreadKernel` runs each cell in a
 * thread of its own, `LocalKernel` runs all of them in one thread under a clock that is cranked.
 */
import type { Inquiry } from "../introspection/inquiry.ts";
import type { CellStatus, CrashDetails } from "../introspection/report.ts";
import type { Cell } from "../process/cell.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import type { Pid } from "../process/pid.ts";
import type { ThreadPlace } from "../time/thread-place.ts";
import type { NewCode, TrialNews, TrialOptions } from "./code-change.ts";

/** A module's export, by URL: the only form of code that travels between isolates. */
export interface ExportRef {
  readonly module: string;
  readonly name: string;
}

/** How a cell is started; plain data, so that a supervisor can start it again. */
export interface CellSpec {
  /** Unique on the board; the middle part of its pids. */
  readonly name: string;
  /**
   * `thread` (default), or `child`: a process of its own, for code that may take its process down. Shared memory
   * cannot go there, and a message takes longer (see the README).
   */
  readonly kind?: "thread" | "child";
  /** The generator function of the cell's first process; when that process ends, the cell ends. */
  readonly body: ExportRef;
  /** Program of its thread, by URL, in the place of the one that the composition has for it: another release's, say. */
  readonly program?: string;
  /** Copied. */
  readonly args: readonly unknown[];
  /** Band of the first process (`BAND`), and of what it spawns unless told. Default `normal`. */
  readonly band?: number;
  /** `blocking` parks the thread (default); `event` runs Node's event loop, for promises and sockets. */
  readonly loop?: "blocking" | "event";
  /** Makes `self.resources` inside the cell: `(environment, data) => CellResources`. */
  readonly setup?: ExportRef & { readonly data?: unknown };
  /** Longest time one resume may take, us. */
  readonly hangLimitUs?: number;
  /** Heap limit of the isolate, MB. Default 32. */
  readonly heapMb?: number;
  /**
   * Limit of what the isolate holds outside its heap (buffers), MB; above it the watchdog ends the cell as
   * `outOfMemory`. Default: no limit.
   */
  readonly externalMb?: number;
  /** Messages that are kept of those each process took last, for crash reports. Default 0; costs less than 0.1 us each. */
  readonly lastMessages?: number;
  /**
   * `sleep` (default): its timers are as late as the system's (some 30 us on a quiet machine). `spin`: it wakes up
   * a little before each and spins, within a tenth of a core (`SpinBudget`). Not in cells with an event loop or a
   * process of their own, nor where there is one core.
   */
  readonly precision?: "sleep" | "spin";
  /** Real-time policy and core of its thread. What the system does not grant is told, and the cell runs without. */
  readonly place?: ThreadPlace;
}

/** What code in a cell printed. */
export interface LogRecord {
  /** Label of the process that ran; absent outside processes. */
  readonly process?: string;
  readonly level: "debug" | "info" | "warn" | "error";
  readonly text: string;
}

/** What is known of a cell's life and told to the one who composes the board. */
export interface CellLife {
  readonly name: string;
  readonly incarnation: number;
}

export interface KernelHooks {
  /**
   * Before a cell starts: what it may touch is prepared; its `setup` gets the answer. `bell` is the word
   * that wakes the cell.
   */
  prepare?(life: CellLife, bell: Int32Array): Promise<unknown>;
  /**
   * After a cell ended, before anybody is told: what it held is taken back. `culprit`: number of the process that
   * ran when it hung or ran out of memory; absent when none did.
   */
  ended?(life: CellLife, cause: ExitReason, culprit?: number): void;
  /**
   * A new version of a cell's code can take over: what the old one holds outside (outputs) passes to `trial` now.
   * The first message is handled when that is done; where it fails, the old version goes on.
   */
  lend?(life: CellLife, trial: CellLife): Promise<void> | void;
  /** The new version is no good: what it holds passes back, before the old one goes on. Not told when nothing was lent. */
  takeBack?(life: CellLife, trial: CellLife): Promise<void> | void;
  /** A new version passed its trial: what `trial` holds is held by `life` from now on, and no more by the old one. */
  becameCell?(life: CellLife, trial: CellLife): void;
  crashed?(life: CellLife, report: CrashDetails): void;
  /** What its code printed, at a bounded rate. */
  logged?(life: CellLife, record: LogRecord): void;
}

export interface Kernel {
  /** The cell of the kernel itself: supervisors run here. */
  readonly cell: Cell;
  /**
   * Starts a cell; its first process may be sent to at once. Throws when the name is in use and when an argument
   * cannot be sent; whatever fails after that is an end of the cell.
   */
  startCell(spec: CellSpec): Pid;
  /** Every cell as it is seen from outside, the kernel's own first. */
  cells(): readonly CellStatus[];
  /** Asks a cell; its answer is sent to `to` as an `InspectedMessage`, when and if the cell comes to it. */
  ask(cell: string, inquiry: Inquiry, to: Pid, ref: number): void;
  /**
   * Ends a cell from outside, whatever it does. No effect when that life is over. `culprit`: number of the process
   * it ends for, for whoever has to know; default the one that runs.
   */
  endCell(name: string, incarnation: number, cause: ExitReason, culprit?: number): void;
  /**
   * Has a new version of its code take over a cell that runs: on trial first, then for good, or back to the old
   * one. Pids, names, links and monitors stay, no message is lost or doubled. The cell has one process of its own,
   * which is a behaviour or answers `suspend`, `getState`, `replaceState` and `resume` as one. `tell` hears what
   * becomes of it. Throws when there is no such cell, when it changes its code already or cannot.
   */
  changeCell(name: string, code: NewCode, options: TrialOptions, tell: (news: TrialNews) => void): void;
  /** Ends the trial time now. False when there is no trial. */
  passTrial(name: string): boolean;
  /** Has the old version go on. False when there is no trial, or it has just passed. */
  rollBack(name: string, why: string): boolean;
}
