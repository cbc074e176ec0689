/** Crashes of one cell as reports: at most some a second, the rest is counted. */
import { RateLimit } from "../time/rate-limit.ts";
import type { CellCounts, CrashReport } from "./cell-contract.ts";
import { type ExitReason, isOrderly } from "./exit-reason.ts";
import type { Notes } from "./notes.ts";
import type { Process } from "./process.ts";

export class CrashReports {
  readonly #notes: Notes;
  readonly #counts: CellCounts;
  readonly #tell: ((report: CrashReport, process: Process) => void) | undefined;
  readonly #limit = new RateLimit(20, 20_000);

  /** Nobody is told, and nothing counted, without `tell`. */
  constructor(
    notes: Notes,
    counts: CellCounts,
    tell: ((report: CrashReport, process: Process) => void) | undefined,
  ) {
    this.#notes = notes;
    this.#counts = counts;
    this.#tell = tell;
  }

  /** Of who threw: what its end ends in turn is told by links. Who threw a reason to end in order is no crash. */
  report(process: Process, reason: ExitReason, nowUs: number): void {
    if (this.#tell === undefined || isOrderly(reason)) return;
    if (!this.#limit.take(nowUs)) {
      this.#counts.unreported++;
      return;
    }
    const { pid, label, names = [], messagesHandled, mailbox } = process;
    const report = {
      pid: String(pid),
      label,
      names: [...names],
      reason,
      mailboxLength: mailbox.length,
      messagesHandled,
      notes: this.#notes.of(pid),
    };
    this.#tell(report, process);
  }
}
