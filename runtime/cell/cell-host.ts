/** What carries one life of a cell: a thread, or a process. The kernel knows no more of it than this. */
import type { ExitReason } from "../process/exit-reason.ts";
import type { InterruptedCode } from "./interrupted-code.ts";
import type { LogRecord } from "./kernel.ts";
import type { CellStart } from "./thread-start.ts";

export interface CellHost {
  /** From now on events go there. */
  listen(events: HostEvents): void;
  /** Starts the cell. Throws when something in `start` cannot be sent; the host is of no use then. */
  begin(start: CellStart): void;
  /** What its code does at this moment, though it never returns; `undefined` when it does not tell within `limitMs`. */
  interrupt(limitMs: number): Promise<InterruptedCode | undefined>;
  /** Ends it, whatever it does. Resolves when it has ended; `ended` is told before. */
  end(): Promise<unknown>;
}

export interface HostEvents {
  /** Its program is loaded: it waits for `begin`, or runs. */
  loaded(): void;
  /**
   * It is over, and everything it said is in its ports. `cause` as far as the host knows it; `undefined` when
   * it ended without a word.
   */
  ended(cause: ExitReason | undefined): void;
  /** What it printed past the cell's own console. */
  logged(record: LogRecord): void;
}

/** What all hosts of one kind of cells have in common; limits are fixed when an isolate is made. */
export interface HostClass {
  /** The program of the cell's thread. */
  readonly program: URL;
  readonly heapMb: number;
  /** With Node's event loop: such a thread is not guarded. */
  readonly event: boolean;
}
