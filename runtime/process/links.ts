/**
 * Links and monitors of the processes of one cell, and the signals that travel along them.
 *
 * Signals are carried out from a queue, never recursively: a chain of a million links does not overflow the
 * stack. Inside the cell both ends of a bond change in one step. Between cells each link has an id, which its
 * unlink and its exit signal name: an unlink that crosses a new link on the way does not cut it, and an exit
 * signal of a link that was taken back has no effect.
 */

import type { PackedBonds } from "./belongings.ts";
import type { CellDown } from "./board-routes.ts";
import { type ExitReason, rootCause } from "./exit-reason.ts";
import { exportPid, importPid, type Pid, pidId, processOf, samePid, type WirePid } from "./pid.ts";
import type { Process } from "./process.ts";
import type { DownMessage, ExitMessage, Frame, SignalFrame, WireTarget } from "./signal.ts";

/** What links need of their cell. */
export interface LinksHost {
  /** False when that life of the other cell is not known, or there is no link with its board. */
  post(to: Pid, frame: Frame): boolean;
  /** Why it could not be reached. */
  unreachable(to: Pid): "noproc" | "noconnection";
  /** Ends a process of this cell. */
  end(process: Process, reason: ExitReason): void;
  /** Puts a signal's message into a mailbox: never refused. */
  tell(process: Process, message: DownMessage | ExitMessage): void;
}

type Signal =
  /** `link`: true inside the cell, ids of the link between cells, false when it was sent by hand. */
  | {
      kind: "exit";
      process: Process;
      from: Pid;
      reason: ExitReason;
      link: boolean | readonly string[];
    }
  | { kind: "down"; process: Process; from: Pid; ref: number; reason: ExitReason };

export class Links {
  readonly #host: LinksHost;
  readonly #signals: Signal[] = [];
  /** Processes with bonds to other cells: the only ones the end of a cell concerns. */
  readonly #bonded = new Set<Process>();
  #lastLink = 0;
  #lastRef = 0;
  #carrying = false;

  constructor(host: LinksHost) {
    this.#host = host;
  }

  /** A number that no other monitor of this cell has. */
  newRef(): number {
    return ++this.#lastRef;
  }

  link(process: Process, other: Pid): void {
    if (samePid(process.pid, other)) return;
    const local = processOf(other);
    if (local !== undefined) {
      if (local.state === "dead") {
        this.#queue({ kind: "exit", process, from: other, reason: "noproc", link: false });
      } else {
        process.addLink(local);
        local.addLink(process);
      }
      return;
    }
    const { pid } = process;
    const id = `${pid.cell}.${pid.incarnation}.${++this.#lastLink}`;
    this.#bonded.add(process);
    process.addLinkAbroad(other, id);
    const sent = this.#host.post(other, { kind: "link", to: target(other), from: exportPid(pid), id });
    if (sent) return;
    const reason = this.#host.unreachable(other);
    this.#queue({ kind: "exit", process, from: other, reason, link: [id] });
  }

  unlink(process: Process, other: Pid): void {
    const local = processOf(other);
    if (local !== undefined) {
      process.links?.delete(local);
      local.links?.delete(process);
      return;
    }
    const ids = process.abroad?.links.get(pidId(other))?.ids;
    if (ids === undefined) return;
    process.abroad?.links.delete(pidId(other));
    this.#host.post(other, { kind: "unlink", to: target(other), from: exportPid(process.pid), ids });
  }

  monitor(process: Process, other: Pid): number {
    const local = processOf(other); // Throws for what is no pid, before anything is kept.
    const ref = this.newRef();
    process.addWatched(ref, other);
    if (local !== undefined) {
      if (local.state === "dead") this.#noproc(process, other, ref);
      else local.addWatcher(ref, process);
      return ref;
    }
    this.#bonded.add(process);
    const frame: Frame = { kind: "monitor", to: target(other), from: exportPid(process.pid), ref };
    if (!this.#host.post(other, frame)) {
      this.#queue({ kind: "down", process, from: other, ref, reason: this.#host.unreachable(other) });
    }
    return ref;
  }

  /** False when it is over already. */
  demonitor(process: Process, ref: number): boolean {
    const other = process.watching?.get(ref);
    if (other === undefined) return false;
    process.watching?.delete(ref);
    const local = processOf(other);
    if (local !== undefined) local.watchers?.delete(ref);
    else this.#host.post(other, { kind: "demonitor", to: target(other), from: exportPid(process.pid), ref });
    return true;
  }

  /** Whether the process still watches somebody of that board by this number. */
  watches(process: Process, ref: number, board: string): boolean {
    return process.watching?.get(ref)?.board === board;
  }

  /** As `demonitor`, when the other cell has closed its side. */
  closed(process: Process, ref: number): boolean {
    return process.watching?.delete(ref) === true;
  }

  /** An exit signal sent by hand. */
  exit(sender: Pid, to: Pid, reason: ExitReason): void {
    const local = processOf(to);
    if (local !== undefined) this.#queue({ kind: "exit", process: local, from: sender, reason, link: false });
    else this.#host.post(to, { kind: "exit", to: target(to), from: exportPid(sender), reason });
  }

  /** A signal of another cell for a process that lives. */
  deliver(process: Process, from: Pid, frame: SignalFrame): void {
    switch (frame.kind) {
      case "exit":
        this.#queue({ kind: "exit", process, from, reason: frame.reason, link: frame.links ?? false });
        break;
      case "link":
        this.#bonded.add(process);
        process.addLinkAbroad(from, frame.id);
        break;
      case "unlink":
        process.abroad?.dropLink(from, frame.ids);
        break;
      case "monitor":
        this.#bonded.add(process);
        process.addWatcherAbroad(from, frame.ref);
        break;
      case "demonitor":
        process.abroad?.dropWatcher(from, frame.ref);
        break;
      case "down":
        this.#queue({ kind: "down", process, from, ref: frame.ref, reason: frame.reason });
        break;
    }
  }

  /** The dead answer as the living would: a link or monitor set too late is told so. */
  answerForDead(self: WirePid, from: Pid, frame: SignalFrame): void {
    if (frame.kind === "link") {
      this.#host.post(from, {
        kind: "exit",
        to: target(from),
        from: self,
        reason: "noproc",
        links: [frame.id],
      });
    } else if (frame.kind === "monitor") {
      const { ref } = frame;
      this.#host.post(from, { kind: "down", to: target(from), from: self, ref, reason: "noproc" });
    }
  }

  /** A process ended: fires what is bound to it. Without `abroad` other cells hear nothing. */
  release(process: Process, reason: ExitReason, abroad: boolean): void {
    const { pid } = process;
    for (const [ref, other] of process.watching ?? []) {
      const local = processOf(other);
      if (local !== undefined) local.watchers?.delete(ref);
      else if (abroad) {
        this.#host.post(other, { kind: "demonitor", to: target(other), from: exportPid(pid), ref });
      }
    }
    for (const other of process.links ?? []) {
      this.#signals.push({ kind: "exit", process: other, from: pid, reason, link: true });
    }
    for (const [ref, watcher] of process.watchers ?? []) {
      this.#signals.push({ kind: "down", process: watcher, from: pid, ref, reason });
    }
    if (process.abroad !== undefined && abroad) {
      const from = exportPid(pid);
      for (const { pid: other, ids } of process.abroad.links.values()) {
        this.#host.post(other, { kind: "exit", to: target(other), from, reason, links: ids });
      }
      for (const { watcher, ref } of process.abroad.watchers.values()) {
        this.#host.post(watcher, { kind: "down", to: target(watcher), from, ref, reason });
      }
    }
    this.#bonded.delete(process);
    process.dropBonds();
    this.#carryOut();
  }

  /** A life of another cell of this board is over: fires every link and monitor into it. */
  peerDown(cell: string, incarnation: number, reason: ExitReason): void {
    this.#cut(
      (pid) => pid.life === undefined && pid.cell === cell && pid.incarnation === incarnation,
      reason,
    );
  }

  /** The link with that life of another board is gone: fires every link and monitor into it. */
  boardDown(board: string, life: number): void {
    this.#cut((pid) => pid.life === life && pid.board === board, "noconnection");
  }

  /** A life of a cell of another board is over, as that board says. */
  cellDownAbroad({ board, life, cell, incarnation, cause }: CellDown): void {
    const gone = (pid: Pid) =>
      pid.life === life && pid.board === board && pid.cell === cell && pid.incarnation === incarnation;
    this.#cut(gone, { cell, cause });
  }

  #cut(gone: (pid: Pid) => boolean, reason: ExitReason): void {
    for (const process of [...this.#bonded]) {
      for (const { pid, ids } of process.abroad?.links.values() ?? []) {
        if (gone(pid)) this.#signals.push({ kind: "exit", process, from: pid, reason, link: ids });
      }
      for (const [ref, pid] of process.watching ?? []) {
        if (gone(pid)) this.#signals.push({ kind: "down", process, from: pid, ref, reason });
      }
      process.abroad?.forgetWatchers(gone);
    }
    this.#carryOut();
  }

  /** The bonds of a process with other cells, as data. */
  bondsOf({ abroad, watching }: Process): PackedBonds {
    const wire = ({ pid, ...rest }: { pid: Pid; ref: number }) => ({ pid: exportPid(pid), ...rest });
    return {
      links: [...(abroad?.links.values() ?? [])].map(({ pid, ids }) => ({ pid: exportPid(pid), ids })),
      watchers: [...(abroad?.watchers.values() ?? [])].map(({ watcher, ref }) => wire({ pid: watcher, ref })),
      watching: [...(watching ?? [])].map(([ref, pid]) => wire({ pid, ref })),
      lastRef: this.#lastRef,
      lastLink: this.#lastLink,
    };
  }

  /** Gives a process the bonds that a data form of them names, in the place of those it has; tells nobody. */
  bind(process: Process, bonds: PackedBonds): void {
    process.dropBonds();
    for (const { pid, ids } of bonds.links) for (const id of ids) process.addLinkAbroad(importPid(pid), id);
    for (const { pid, ref } of bonds.watchers) process.addWatcherAbroad(importPid(pid), ref);
    for (const { pid, ref } of bonds.watching) process.addWatched(ref, importPid(pid));
    this.#bonded.add(process);
    this.#lastRef = Math.max(this.#lastRef, bonds.lastRef);
    this.#lastLink = Math.max(this.#lastLink, bonds.lastLink);
  }

  #noproc(process: Process, from: Pid, ref: number): void {
    this.#queue({ kind: "down", process, from, ref, reason: "noproc" });
  }

  #queue(signal: Signal): void {
    this.#signals.push(signal);
    this.#carryOut();
  }

  #carryOut(): void {
    if (this.#carrying || this.#signals.length === 0) return;
    this.#carrying = true;
    for (let at = 0; at < this.#signals.length; at++) this.#act(this.#signals[at]!);
    this.#signals.length = 0;
    this.#carrying = false;
  }

  #act(signal: Signal): void {
    const { process, from, reason } = signal;
    if (process.state === "dead") return;
    if (signal.kind === "down") {
      // Numbers are easily guessed: only of whom it watches it hears the end.
      const watched = process.watching?.get(signal.ref);
      if (watched === undefined || !samePid(watched, from)) return;
      process.watching?.delete(signal.ref);
      this.#host.tell(process, { type: "down", ref: signal.ref, pid: from, reason });
      return;
    }
    const { link } = signal;
    if (link === true && process.links?.delete(processOf(from)!) !== true) return;
    if (typeof link === "object" && process.abroad?.cutLink(from, link) !== true) return;
    if (link === false && reason === "kill") this.#host.end(process, "killed");
    else if (process.trapExit) this.#host.tell(process, { type: "exit", from, reason });
    else if (!isNormalEnd(reason, link !== false) || samePid(process.pid, from))
      this.#host.end(process, reason);
  }
}

/** Nobody dies of a normal end, also when a cell ended with it. */
function isNormalEnd(reason: ExitReason, linked: boolean): boolean {
  return reason === "normal" || (linked && rootCause(reason) === "normal");
}

/** How a frame names the process it is for. */
export function target(pid: Pid): WireTarget {
  const { incarnation, number, key } = exportPid(pid);
  return { incarnation, number, key };
}
