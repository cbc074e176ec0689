/** What introspection tells: plain data, for people and tools. Pids are text: nothing here lets anybody send. No logic. */
import type { CellCounts, CrashReport } from "../process/cell-contract.ts";
import type { Facts } from "../process/notes.ts";
import type { PlaceGiven } from "../time/thread-place.ts";
import type { ThreadTime } from "../time/thread-time.ts";
import type { Verdict } from "../watchdog/verdict.ts";

/** Others by their text, at most 20 of them, and how many there are. */
export interface Others {
  readonly count: number;
  readonly pids: readonly string[];
}

export interface ProcessReport {
  readonly pid: string;
  /** Its generator function. */
  readonly function: string;
  /** What it was spawned as; the function's name when it was given none. */
  readonly label: string;
  readonly names: readonly string[];
  readonly groups: readonly string[];
  readonly state: "runnable" | "running" | "waiting";
  /** The pattern of the receive it waits in, `time` when only time ends its wait; null when it does not wait. */
  readonly waitsFor: string | null;
  /** Its wait has a limit. */
  readonly limited: boolean;
  /** Messages and signals in the mailbox. */
  readonly mailbox: number;
  /** Messages lost because the mailbox was full. */
  readonly dropped: number;
  /** Messages taken since it was spawned. */
  readonly handled: number;
  /** Time it has run, us: sampled where processes run in quick succession. */
  readonly runUs: number;
  /** The longest it was seen to keep the thread at a stretch, us: who has a deadline may have to wait for that. */
  readonly longestSliceUs: number;
  readonly band: string;
  /** Deadline of the work at hand, us from now, negative when it is past; null when there is none, or no work. */
  readonly dueInUs: number | null;
  readonly trapExit: boolean;
  readonly links: Others;
  readonly monitors: Others;
  readonly monitoredBy: Others;
  /** Messages it has sent for later. */
  readonly timers: number;
  /** What it says of itself, or who supervises it says: `mode`, `restarts`. */
  readonly notes: Facts;
}

/** A cell that answered. */
export interface CellReport {
  readonly cell: string;
  readonly incarnation: number;
  /** When it answered, monotonic us. */
  readonly atUs: number;
  readonly processCount: number;
  /** Processes looked at: no more than 5000, however many there are. */
  readonly scanned: number;
  /** Those that fit the question, in its order, up to its limit. */
  readonly processes: readonly ProcessReport[];
  /** Processes that fit, of those looked at. */
  readonly found: number;
  readonly runnable: number;
  readonly timers: number;
  readonly counts: CellCounts;
  readonly heap: HeapReport;
  /** Of its thread since that began; null where it has none of its own, or nobody counts. */
  readonly thread: ThreadTime | null;
  readonly trace: TraceState | null;
}

/** Bytes of the isolate. */
export interface HeapReport {
  readonly usedBytes: number;
  readonly limitBytes: number;
  readonly externalBytes: number;
}

/** A cell as its kernel sees it, without its help. */
export interface CellStatus {
  readonly cell: string;
  readonly incarnation: number;
  /** Lives before this one: how often it was started again. */
  readonly restarts: number;
  readonly loop: "blocking" | "event";
  readonly booting: boolean;
  /** Resumes of its processes in this life, modulo 2^32; null where nobody counts. */
  readonly resumes: number | null;
  /** Code that runs at this moment: how far past its hard deadline it is, us; negative while it has time. */
  readonly running: { readonly process: number; readonly lateUs: number } | null;
  /** Of a thread cell that has loaded its code. */
  readonly thread?: ThreadReport;
}

/** How a cell's thread waits, and its place among the threads of the machine. */
export interface ThreadReport {
  /** The system ends its sleeps as soon as it can (timer slack 1 ns). */
  readonly exactTimers: boolean;
  /** It spins before a release. */
  readonly spins: boolean;
  /** What it was given of the place that it asked for. */
  readonly place?: PlaceGiven;
}

/** A cell in the report of the board: `report` is null when it did not answer in time. */
export interface CellView extends CellStatus {
  readonly report: CellReport | null;
}

export interface BoardReport {
  readonly board: string;
  readonly atUs: number;
  readonly cells: readonly CellView[];
}

/** A crash, with what helps to understand it. */
export interface CrashDetails extends CrashReport {
  readonly runUs: number;
  /** The last messages it took, oldest first, as far as the cell keeps them; the last is the one at hand. */
  readonly handled: readonly string[];
  /** The first messages that still wait. */
  readonly waiting: readonly string[];
  /** What the watchdog found, and the stack of the code that ran: of a cell that it had ended. */
  readonly watchdog?: Verdict;
}

/** A crash as the kernel keeps it. */
export interface CrashEntry extends CrashDetails {
  /** Counts all crashes since the kernel started, from 1. */
  readonly n: number;
  /** When the kernel heard of it, monotonic us. */
  readonly atUs: number;
  readonly cell: string;
  readonly incarnation: number;
  /** How often its cell had been started again. */
  readonly restarts: number;
}

export type TraceKind = "send" | "receive" | "spawn" | "exit" | "miss";

export interface TraceEntry {
  /** Counts the entries of one trace in one cell, from 1. */
  readonly n: number;
  readonly atUs: number;
  readonly cell: string;
  readonly kind: TraceKind;
  /** Who sent, received, was spawned, ended or was late; null outside processes. */
  readonly pid: string | null;
  readonly label: string | null;
  /** Receiver of a send (a pid or a name), parent of a spawn. */
  readonly other: string | null;
  /** The message, the reason, or how late. */
  readonly text: string;
}

export interface TraceState {
  /** Entries written since the trace was started. */
  readonly written: number;
  /** Entries overwritten before anybody read them. */
  readonly lost: number;
}
