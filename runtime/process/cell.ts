/**
 * A cell: processes of one isolate, their run queue and their timers.
 *
 * One step takes the most urgent runnable process and resumes it until it waits again. Everything that
 * reaches a process from outside its own generator comes as a message or a signal; signals are carried out
 * from a queue, never recursively, so a chain of a million links does not overflow the stack.
 *
 * The cell knows no thread and no port: frames leave by `Peer.post` and arrive by `deliver`; who waits
 * (a parked thread, an event loop, a simulation) calls `run` and asks `nextWakeUs`.
 *
 * Cost: a resume is one heap operation, one generator step and two clock reads.
 */
import type { Clock } from "../time/clock.ts";
import { RunQueue } from "../time/run-queue.ts";
import { TimerWheel } from "../time/timer-wheel.ts";
import { copyMessage } from "./copy-message.ts";
import { crashReason, type ExitReason, isOrderly, rootCause } from "./exit-reason.ts";
import { Mailbox } from "./mailbox.ts";
import { Names } from "./names.ts";
import { pack, unpack } from "./pack.ts";
import { matches } from "./pattern.ts";
import {
  createPid,
  exportPid,
  hasKey,
  importPid,
  Pid,
  type PidHome,
  pidId,
  processOf,
  samePid,
  type WirePid,
} from "./pid.ts";
import { BAND, Process, type ProcessGenerator } from "./process.ts";
import { Self } from "./self.ts";
import type { Frame, WireTarget } from "./signal.ts";
import { Wait } from "./wait.ts";

/** The way to another cell. `post` never blocks; it returns false when the credit of the pair is used up. */
export interface Peer {
  readonly incarnation: number;
  post(frame: Frame): boolean;
}

/** Number of a cell's first process. */
const ROOT = 1;

/** Told before and after each resume, so that a watchdog needs no cooperation from the code that runs. */
export interface Progress {
  begin(processNumber: number, hardDeadlineUs: number): void;
  end(): void;
}

/** A crash as data. */
export interface CrashReport {
  readonly pid: string;
  readonly label: string;
  readonly reason: ExitReason;
  readonly mailboxLength: number;
  readonly messagesHandled: number;
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
}

export interface CellOptions extends PidHome {
  readonly clock: Clock;
  readonly names?: Names;
  readonly progress?: Progress;
  /** Longest time one resume may take before the cell counts as hung, us. */
  readonly hangLimitUs?: number;
  /** Messages a mailbox holds. */
  readonly mailboxCapacity?: number;
  /** Given to the processes of this cell as `self.resources`. */
  readonly resources?: CellResources;
  /**
   * The cell ends with its first process. Then others hear of that end from the kernel, as the end of the
   * cell, after everything the cell held was taken back: whoever restarts it finds the way clear.
   */
  readonly endsWithRoot?: boolean;
  /** A pid names a cell that is not known (yet): the last chance to learn of it. */
  readonly onUnknownPeer?: () => void;
  readonly onCrash?: (report: CrashReport) => void;
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

export interface SpawnOptions {
  readonly label?: string;
  readonly band?: number;
  readonly mailboxCapacity?: number;
}

interface Timer {
  readonly process: Process | undefined;
  readonly to: Pid | string | undefined;
  readonly message: unknown;
}

type LocalSignal =
  | { kind: "exit"; process: Process; from: Pid; reason: ExitReason; linked: boolean }
  | { kind: "down"; process: Process; from: Pid; ref: number; reason: ExitReason };

export class Cell {
  readonly home: PidHome;
  readonly names: Names;
  readonly counts: CellCounts = { dead: 0, forged: 0, overflow: 0, credit: 0 };
  readonly #options: CellOptions;
  readonly #clock: Clock;
  readonly #wheel: TimerWheel;
  readonly #queue = new RunQueue<Process>({ bands: 4 });
  readonly #processes = new Map<number, Process>();
  readonly #peers = new Map<string, Peer>();
  readonly #signals: LocalSignal[] = [];
  readonly #hangLimitUs: number;
  #lastNumber = 0;
  #lastRef = 0;
  #running: Process | undefined;
  #delivering = false;

  constructor(options: CellOptions) {
    const { board, cell, incarnation } = options;
    this.home = { board, cell, incarnation };
    this.#options = options;
    this.#clock = options.clock;
    this.names = options.names ?? new Names();
    this.#hangLimitUs = options.hangLimitUs ?? 500_000;
    this.#wheel = new TimerWheel({ startUs: Math.floor(options.clock.now()) });
  }

  nowUs(): number {
    return this.#clock.now();
  }

  get resources(): CellResources {
    return this.#options.resources ?? {};
  }

  get processCount(): number {
    return this.#processes.size;
  }

  /** Timers that run: waits with a limit and messages sent for later. */
  get timerCount(): number {
    return this.#wheel.size;
  }

  /** Starts a process; the arguments are copied. `key` belongs to a cell's first process only. */
  spawn<A extends readonly unknown[], M>(
    body: Body<A, M>,
    args: A,
    options: SpawnOptions = {},
    key?: string,
  ): Pid {
    const number = ++this.#lastNumber;
    const capacity = options.mailboxCapacity ?? this.#options.mailboxCapacity ?? 1000;
    const mailbox = new Mailbox(capacity);
    // The pid refers to the process and the process to its pid: made in two steps.
    const process = new Process(body, options.label, options.band ?? BAND.normal, mailbox);
    const pid = createPid(this.home, number, process, key);
    process.pid = pid;
    const copied = args.length === 0 ? args : (args.map(copyPart) as unknown as A);
    process.generator = body(new Self<M>(this, process, new Wait(this, process)), ...copied);
    this.#processes.set(number, process);
    this.#makeRunnable(process, Number.POSITIVE_INFINITY);
    return pid;
  }

  /** Copies `message` to `to`. Never blocks, never fails for the dead; throws for what cannot be copied. */
  send(to: Pid | string, message: unknown, deadlineUs: number, band: number = BAND.normal): void {
    const pid = typeof to === "string" ? this.names.whereis(to) : to;
    if (pid === undefined) {
      copyMessage(message, isPid);
      this.counts.dead++;
      return;
    }
    const process = processOf(pid);
    if (process !== undefined) {
      this.#put(process, copyMessage(message, isPid), deadlineUs);
      return;
    }
    const { packed, bytes } = pack(message);
    const peer = this.#peerOf(pid);
    if (peer === undefined) {
      this.counts.dead++;
    } else if (!peer.post({ kind: "message", to: target(pid), packed, deadlineUs, band, bytes })) {
      this.counts.credit++;
    }
  }

  /** Messages from outside any process: an event loop's callback, the kernel. */
  post(to: Pid | string, message: unknown): void {
    this.send(to, message, Number.POSITIVE_INFINITY);
    this.#options.onWake?.();
  }

  /** After `delayUs` sends `message`; `cancelTimer` with the handle stops it. */
  sendAfter(delayUs: number, to: Pid | string, message: unknown): number {
    const copied = copyMessage(message, isPid);
    const timer: Timer = { process: undefined, to, message: copied };
    return this.#wheel.start(Math.ceil(this.#clock.now() + delayUs), timer);
  }

  cancelTimer(handle: number): boolean {
    return this.#wheel.cancel(handle);
  }

  link(process: Process, other: Pid): void {
    if (samePidAs(process, other)) return;
    process.addLink(other);
    const local = processOf(other);
    if (local !== undefined) {
      if (local.state === "dead") this.#signalExit(process, other, "noproc", true);
      else local.addLink(process.pid);
      return;
    }
    const sent = this.#postTo(other, { kind: "link", to: target(other), from: exportPid(process.pid) });
    if (!sent) this.#signalExit(process, other, "noproc", true);
  }

  unlink(process: Process, other: Pid): void {
    if (process.links?.delete(pidId(other)) !== true) return;
    const local = processOf(other);
    if (local !== undefined) local.links?.delete(pidId(process.pid));
    else this.#postTo(other, { kind: "unlink", to: target(other), from: exportPid(process.pid) });
  }

  monitor(process: Process, other: Pid): number {
    const ref = ++this.#lastRef;
    process.addWatched(ref, other);
    const local = processOf(other);
    if (local !== undefined) {
      if (local.state === "dead") this.#signalDown(process, other, ref, "noproc");
      else local.addWatcher(process.pid, ref);
      return ref;
    }
    const frame: Frame = { kind: "monitor", to: target(other), from: exportPid(process.pid), ref };
    if (!this.#postTo(other, frame)) this.#signalDown(process, other, ref, "noproc");
    return ref;
  }

  demonitor(process: Process, ref: number): void {
    const other = process.watching?.get(ref);
    if (other === undefined) return;
    process.watching?.delete(ref);
    const local = processOf(other);
    if (local !== undefined) local.removeWatcher(process.pid, ref);
    else this.#postTo(other, { kind: "demonitor", to: target(other), from: exportPid(process.pid), ref });
  }

  /** Sends an exit signal. `kill` cannot be trapped; `normal` has no effect on others. */
  exit(from: Process | undefined, to: Pid, reason: ExitReason): void {
    const local = processOf(to);
    const sender = from?.pid ?? to;
    if (local !== undefined) this.#signalExit(local, sender, reason, false);
    else this.#postTo(to, { kind: "exit", to: target(to), from: exportPid(sender), reason, linked: false });
    if (from === undefined) this.#options.onWake?.();
  }

  /** Binds a name to a process of this cell; the board's registry may refuse it later (`nameTaken`). */
  register(process: Process, name: string): void {
    const holder = this.names.whereis(name);
    if (holder !== undefined && !samePidAs(process, holder))
      throw new Error(`name "${name}" is taken by ${holder}`);
    process.addName(name);
    this.names.claim(name, process.pid);
  }

  unregister(process: Process, name: string): void {
    if (process.names?.delete(name)) this.names.release(name, process.pid);
  }

  peerUp(cell: string, peer: Peer): void {
    this.#peers.set(cell, peer);
  }

  /** A cell ended: its port is drained by now. Fires every link and monitor into it, then forgets it. */
  peerDown(cell: string, incarnation: number, cause: ExitReason): void {
    if (this.#peers.get(cell)?.incarnation === incarnation) this.#peers.delete(cell);
    const reason: ExitReason = { cell, cause };
    const gone = (pid: Pid) => pid.cell === cell && pid.incarnation === incarnation;
    for (const process of this.#processes.values()) {
      for (const pid of process.links?.values() ?? []) {
        if (gone(pid)) this.#signalExit(process, pid, reason, true);
      }
      for (const [ref, pid] of process.watching ?? []) {
        if (gone(pid)) this.#signalDown(process, pid, ref, reason);
      }
      for (const [key, { watcher }] of process.watchers ?? []) {
        if (gone(watcher)) process.watchers?.delete(key);
      }
    }
  }

  /** A frame of another cell. What does not name a living process with the right key is dropped and counted. */
  deliver(frame: Frame): void {
    const process = this.#addressed(frame);
    if (process === undefined) return;
    switch (frame.kind) {
      case "message":
        this.#put(process, unpack(frame.packed, this.#resolve), frame.deadlineUs);
        break;
      case "exit":
        this.#signalExit(process, this.#resolve(frame.from), frame.reason, frame.linked);
        break;
      case "link":
        process.addLink(this.#resolve(frame.from));
        break;
      case "unlink":
        process.links?.delete(pidId(this.#resolve(frame.from)));
        break;
      case "monitor":
        process.addWatcher(this.#resolve(frame.from), frame.ref);
        break;
      case "demonitor":
        process.removeWatcher(this.#resolve(frame.from), frame.ref);
        break;
      case "down":
        this.#signalDown(process, this.#resolve(frame.from), frame.ref, frame.reason);
        break;
    }
  }

  /** Runs what is due, most urgent first, at most `resumes` of them. Returns false when nothing is left to run. */
  run(resumes = Number.POSITIVE_INFINITY): boolean {
    this.#expire();
    for (let left = resumes; left > 0; left--) {
      const process = this.#queue.pop();
      if (process === undefined) return false;
      this.#resume(process);
      this.#expire();
    }
    return this.#queue.size > 0;
  }

  /** When `run` is due again: 0 now, `Infinity` never by itself. */
  nextWakeUs(): number {
    return this.#queue.size > 0 ? 0 : this.#wheel.nextExpiryUs();
  }

  startTimer(process: Process, expiryUs: number): void {
    process.timer = this.#wheel.start(Math.ceil(expiryUs), { process, to: undefined, message: undefined });
  }

  stopTimer(process: Process): void {
    if (process.timer === 0) return;
    this.#wheel.cancel(process.timer);
    process.timer = 0;
  }

  #expire(): void {
    const now = this.#clock.now();
    if (this.#wheel.nextExpiryUs() > now) return;
    this.#wheel.advance(Math.floor(now), (token, expiryUs) => {
      const { process, to, message } = token as Timer;
      if (process === undefined) {
        if (to !== undefined) this.send(to, message, Number.POSITIVE_INFINITY);
        return;
      }
      process.timer = 0;
      process.timedOut = true;
      this.#makeRunnable(process, expiryUs + this.#hangLimitUs);
    });
  }

  #resume(process: Process): void {
    const generator = process.generator;
    if (generator === undefined) return;
    process.state = "running";
    this.#running = process;
    const start = this.#clock.now();
    this.#options.progress?.begin(
      process.pid.number,
      Math.min(start + this.#hangLimitUs, process.hardDeadlineUs),
    );
    let ended: ExitReason | undefined;
    try {
      if (generator.next().done === true) ended = "normal";
    } catch (error) {
      ended = crashReason(error);
    }
    this.#options.progress?.end();
    if (process.state === "running")
      ended ??= crashReason(new TypeError("a process may only yield* its own waits"));
    process.runUs += this.#clock.now() - start;
    this.#running = undefined;
    // An exit that it asked for itself, or that reached it while it ran, outranks a normal end.
    if (process.exitPending !== undefined && (ended === undefined || ended === "normal")) {
      ended = process.exitPending;
    }
    if (ended !== undefined) this.#terminate(process, ended);
    this.#drainSignals();
  }

  #put(process: Process, message: unknown, deadlineUs: number): void {
    if (process.state === "dead") {
      this.counts.dead++;
    } else if (!process.mailbox.push(message, deadlineUs)) {
      this.counts.overflow++;
    } else {
      this.#wakeFor(process, message, deadlineUs);
    }
  }

  #wakeFor(process: Process, message: unknown, deadlineUs: number): void {
    if (process.state !== "waiting" || process.deaf || !matches(process.pattern, message)) return;
    this.#makeRunnable(process, deadlineUs);
  }

  #makeRunnable(process: Process, deadlineUs: number): void {
    if (process.state !== "waiting") return;
    process.state = "runnable";
    this.#queue.push(process, process.band, Math.min(deadlineUs, process.hardDeadlineUs));
  }

  #signalExit(process: Process, from: Pid, reason: ExitReason, linked: boolean): void {
    this.#signals.push({ kind: "exit", process, from, reason, linked });
    this.#drainSignals();
  }

  #signalDown(process: Process, from: Pid, ref: number, reason: ExitReason): void {
    this.#signals.push({ kind: "down", process, from, ref, reason });
    this.#drainSignals();
  }

  #drainSignals(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    for (let at = 0; at < this.#signals.length; at++) this.#carryOut(this.#signals[at]!);
    if (this.#signals.length > 0) this.#signals.length = 0;
    this.#delivering = false;
  }

  #carryOut(signal: LocalSignal): void {
    const { process, from, reason } = signal;
    if (process.state === "dead") return;
    if (signal.kind === "down") {
      if (process.watching?.delete(signal.ref) !== true) return;
      this.#putSignal(process, { type: "down", ref: signal.ref, pid: from, reason });
      return;
    }
    if (signal.linked && process.links?.delete(pidId(from)) !== true) return;
    if (!signal.linked && reason === "kill") this.#end(process, "killed");
    else if (process.trapExit) this.#putSignal(process, { type: "exit", from, reason });
    else if (!isNormalEnd(signal) || samePidAs(process, from)) this.#end(process, reason);
  }

  #putSignal(process: Process, message: unknown): void {
    process.mailbox.pushSignal(message);
    this.#wakeFor(process, message, Number.NEGATIVE_INFINITY);
  }

  #end(process: Process, reason: ExitReason): void {
    if (process === this.#running) process.exitPending ??= reason;
    else this.#terminate(process, reason);
  }

  #terminate(process: Process, reason: ExitReason): void {
    const { pid } = process;
    if (process.state === "runnable") this.#queue.remove(process);
    const tellOthers = !(this.#options.endsWithRoot === true && pid.number === ROOT);
    process.state = "dead";
    process.exitReason = reason;
    process.generator = undefined;
    this.stopTimer(process);
    this.#processes.delete(pid.number);
    for (const name of process.names ?? []) this.names.release(name, pid);
    for (const [ref, other] of process.watching ?? []) {
      const local = processOf(other);
      if (local !== undefined) local.removeWatcher(pid, ref);
      else if (tellOthers) {
        this.#postTo(other, { kind: "demonitor", to: target(other), from: exportPid(pid), ref });
      }
    }
    for (const other of process.links?.values() ?? []) {
      const local = processOf(other);
      if (local !== undefined)
        this.#signals.push({ kind: "exit", process: local, from: pid, reason, linked: true });
      else if (tellOthers) {
        this.#postTo(other, { kind: "exit", to: target(other), from: exportPid(pid), reason, linked: true });
      }
    }
    for (const { watcher, ref } of process.watchers?.values() ?? []) {
      const local = processOf(watcher);
      if (local !== undefined) this.#signals.push({ kind: "down", process: local, from: pid, ref, reason });
      else if (tellOthers) {
        this.#postTo(watcher, { kind: "down", to: target(watcher), from: exportPid(pid), ref, reason });
      }
    }
    process.links = undefined;
    process.watchers = undefined;
    process.watching = undefined;
    process.names = undefined;
    if (!isOrderly(reason) && reason !== "killed") {
      const { label, messagesHandled, mailbox } = process;
      const report = { pid: String(pid), label, reason, mailboxLength: mailbox.length, messagesHandled };
      this.#options.onCrash?.(report);
    }
    if (!this.#delivering) this.#drainSignals();
  }

  #addressed(frame: Frame): Process | undefined {
    const { to } = frame;
    const process = this.#processes.get(to.number);
    if (to.incarnation === this.home.incarnation && process !== undefined) {
      if (hasKey(process.pid, to.key)) return process;
      this.counts.forged++;
      return undefined;
    }
    this.counts.dead++;
    // The dead answer as the living would: a link or monitor set too late is told so.
    const from = "from" in frame ? importPid(frame.from) : undefined;
    if (from === undefined) return undefined;
    const { board, cell } = this.home;
    const self: WirePid = { board, cell, ...to };
    if (frame.kind === "link") {
      this.#postTo(from, { kind: "exit", to: target(from), from: self, reason: "noproc", linked: true });
    } else if (frame.kind === "monitor") {
      this.#postTo(from, { kind: "down", to: target(from), from: self, ref: frame.ref, reason: "noproc" });
    }
    return undefined;
  }

  /** A pid of this cell becomes the one object its process has; all others are imported. */
  readonly #resolve = (wire: WirePid): Pid => {
    if (wire.cell !== this.home.cell || wire.incarnation !== this.home.incarnation) return importPid(wire);
    const process = this.#processes.get(wire.number);
    return process !== undefined && hasKey(process.pid, wire.key) ? process.pid : importPid(wire);
  };

  #peerOf(pid: Pid): Peer | undefined {
    let peer = this.#peers.get(pid.cell);
    if (peer?.incarnation !== pid.incarnation) {
      this.#options.onUnknownPeer?.();
      peer = this.#peers.get(pid.cell);
    }
    return peer?.incarnation === pid.incarnation ? peer : undefined;
  }

  #postTo(pid: Pid, frame: Frame): boolean {
    const peer = this.#peerOf(pid);
    peer?.post(frame);
    return peer !== undefined;
  }
}

function isPid(value: object): boolean {
  return value instanceof Pid;
}

function copyPart(value: unknown): unknown {
  return copyMessage(value, isPid);
}

/** Nobody dies of a normal end, also when a cell ended with it. */
function isNormalEnd({ reason, linked }: { reason: ExitReason; linked: boolean }): boolean {
  return reason === "normal" || (linked && rootCause(reason) === "normal");
}

function target(pid: Pid): WireTarget {
  const { incarnation, number, key } = exportPid(pid);
  return { incarnation, number, key };
}

function samePidAs(process: Process, pid: Pid): boolean {
  return samePid(process.pid, pid);
}
