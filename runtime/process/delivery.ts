/**
 * The last step of a message: into the mailbox of a process of this cell, and its receiver woken.
 *
 * Overload: a full mailbox drops the newest, which is counted and said once (`OverflowAlarm`). Replies that are
 * awaited, and what the kernel tells, are never refused: there is one at most for each call, link or monitor.
 */
import type { CellCounts, OverflowAlarm } from "./cell-contract.ts";
import type { GroupMessage, GroupWatcher } from "./groups.ts";
import type { Links } from "./links.ts";
import { lendsNoBand, type MailboxEntry } from "./mailbox.ts";
import { BAND, type Process } from "./process.ts";
import type { Scheduler } from "./scheduler.ts";
import type { DownMessage, ExitMessage } from "./signal.ts";

export class Delivery {
  readonly #scheduler: Scheduler;
  readonly #links: Links;
  readonly #counts: CellCounts;
  readonly #onAlarm: ((alarm: OverflowAlarm) => void) | undefined;

  constructor(
    scheduler: Scheduler,
    links: Links,
    counts: CellCounts,
    onAlarm: ((alarm: OverflowAlarm) => void) | undefined,
  ) {
    this.#scheduler = scheduler;
    this.#links = links;
    this.#counts = counts;
    this.#onAlarm = onAlarm;
  }

  /**
   * A message, a copy already. With the receiver's monitor `alias` it is an answer, which ends that monitor, and is late
   * and counted when that is over. `closed`: the sender's cell has closed its side of the monitor.
   */
  put(
    process: Process,
    message: unknown,
    deadlineUs?: number,
    band = lendsNoBand,
    alias?: number,
    closed?: true,
  ): void {
    if (process.state === "dead") {
      this.#counts.dead++;
    } else if (alias !== undefined) {
      const awaited =
        closed === true ? this.#links.closed(process, alias) : this.#links.demonitor(process, alias);
      if (!awaited) this.#counts.late++;
      else this.#answer(process, message, deadlineUs, band);
    } else if (process.mailbox.push(message, deadlineUs, band)) {
      this.#scheduler.wakeFor(process, message, deadlineUs, band);
    } else {
      this.#counts.overflow++;
      this.#alarm(process);
    }
  }

  /** What the kernel tells is looked at before all work, and after supervisors: they may have mended it by then. */
  tell(process: Process, message: DownMessage | ExitMessage | GroupMessage): void {
    process.mailbox.pushSignal(message, undefined, BAND.critical);
    this.#scheduler.wakeFor(process, message, Number.NEGATIVE_INFINITY, BAND.critical, true);
  }

  /** What was taken out of its mailbox before goes back to its place there. */
  putBack(process: Process, entry: MailboxEntry): void {
    process.mailbox.restore(entry);
    this.#scheduler.wakeFor(process, entry.message, entry.deadlineUs, entry.band, entry.isSignal);
  }

  /** The way to a process that monitors a group: changes take places in its mailbox, the last word does not. */
  groupWatcher(process: Process): GroupWatcher {
    return {
      pid: process.pid,
      put: (message) => {
        const room = process.mailbox.push(message);
        if (room) this.#scheduler.wakeFor(process, message, undefined, lendsNoBand);
        else this.#counts.overflow++;
        return room;
      },
      putSignal: (message) => this.tell(process, message),
    };
  }

  /** One comes for each call that it sent, so a full mailbox is no reason to refuse it. */
  #answer(process: Process, message: unknown, deadlineUs: number | undefined, band: number): void {
    process.mailbox.pushSignal(message, deadlineUs, band);
    this.#scheduler.wakeFor(process, message, deadlineUs, band, true);
  }

  #alarm({ pid, label, mailbox }: Process): void {
    if (!mailbox.alarm()) return;
    this.#onAlarm?.({ kind: "overflow", pid: String(pid), label, dropped: mailbox.dropped });
  }
}
