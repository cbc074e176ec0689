/**
 * The last crashes of a board, kept by its kernel. Bounded: the oldest go first, all are counted.
 *
 * A cell that was ended from outside (hung, out of memory) could not report; for it the kernel writes the
 * report that it can. One whose first process crashed did report, and its end is not a second crash.
 */
import type { CellLife } from "../cell/kernel.ts";
import { type ExitReason, isCrash } from "../process/exit-reason.ts";
import { noFacts } from "../process/notes.ts";
import type { Verdict } from "../watchdog/verdict.ts";
import { withoutKeys } from "./crash-details.ts";
import type { CrashDetails, CrashEntry } from "./report.ts";

export class CrashLog {
  readonly #capacity: number;
  readonly #board: string;
  readonly #nowUs: () => number;
  readonly #entries: CrashEntry[] = [];
  #total = 0;

  /** `capacity`: crashes that are kept. */
  constructor(board: string, nowUs: () => number, capacity = 64) {
    this.#board = board;
    this.#nowUs = nowUs;
    this.#capacity = capacity;
  }

  /** Crashes since the kernel started. */
  get total(): number {
    return this.#total;
  }

  /** Oldest first; of one cell, and no more than the last `limit`, where that is asked for. */
  entries({ cell, limit = this.#capacity }: { cell?: string; limit?: number } = {}): readonly CrashEntry[] {
    const found = this.#entries.filter((entry) => cell === undefined || entry.cell === cell);
    return found.slice(Math.max(0, found.length - limit));
  }

  /** A process crashed. */
  crashed({ name, incarnation }: CellLife, details: CrashDetails): CrashEntry {
    const entry: CrashEntry = {
      n: ++this.#total,
      atUs: this.#nowUs(),
      cell: name,
      incarnation,
      restarts: incarnation - 1,
      ...details,
    };
    this.#entries.push(entry);
    if (this.#entries.length > this.#capacity) this.#entries.shift();
    return entry;
  }

  /**
   * A cell ended; `running` is the process that ran last, where that is known, `watchdog` what that found, when it had
   * the cell ended. Gives the report, if one is due.
   */
  cellEnded(life: CellLife, cause: ExitReason, running?: number, watchdog?: Verdict): CrashEntry | undefined {
    if (!isCrash(cause) || this.#reported(life)) return undefined;
    return this.crashed(life, {
      pid: `<${this.#board}.${life.name}.${running === undefined || running === 0 ? "?" : running}>`,
      label: life.name,
      names: [],
      reason: withoutKeys(cause),
      mailboxLength: 0,
      messagesHandled: 0,
      notes: noFacts,
      runUs: 0,
      handled: [],
      waiting: [],
      ...(watchdog === undefined ? {} : { watchdog }),
    });
  }

  #reported({ name, incarnation }: CellLife): boolean {
    const root = `<${this.#board}.${name}.1>`;
    return this.#entries.some(
      (entry) => entry.cell === name && entry.incarnation === incarnation && entry.pid === root,
    );
  }
}
