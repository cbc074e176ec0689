/**
 * A cell: processes of one isolate, their turns and their timers.
 *
 * One step takes the most urgent runnable process and resumes it until it waits again. Everything that
 * reaches a process from outside its own generator comes as a message or a signal (`links.ts`).
 *
 * A message's way: `send` copies it; for this cell `delivery.ts` puts it into a mailbox and `scheduler.ts` says when
 * its receiver runs; for another one it leaves through `outbox.ts` and comes in there by `deliver`. `run` resumes
 * the receiver, whose `wait.ts` takes it.
 *
 * The cell knows no thread and no port: frames leave by `Peer.post` and arrive by `deliver`; who waits
 * (a parked thread, an event loop, a simulation) calls `run` and asks `nextWakeUs`.
 *
 * Cost: a resume is one queue operation, one generator step and one clock read.
 */
import type { Clock } from "../time/clock.ts";
import { beginBody } from "./begin-body.ts";
import type { Belongings } from "./belongings.ts";
import type { BoardRoute, CellDown } from "./board-routes.ts";
import type {
  Body,
  CellCounts,
  CellOptions,
  CellResources,
  Checkpoint,
  Peer,
  SpawnOptions,
  TraceSink,
} from "./cell-contract.ts";
import { CellTimers } from "./cell-timers.ts";
import { copyMessage } from "./copy-message.ts";
import { CrashReports } from "./crash-reports.ts";
import { finite, isBefore } from "./deadline.ts";
import { Delivery } from "./delivery.ts";
import { brokenBy, type ExitReason, endReason } from "./exit-reason.ts";
import { Groups } from "./groups.ts";
import { HangLimit } from "./hang-limit.ts";
import { isKernelsWord, KERNELS_WORD } from "./kernels-word.ts";
import { Links } from "./links.ts";
import { lendsNoBand, Mailbox, type MailboxEntry } from "./mailbox.ts";
import { type NameScope, Names } from "./names.ts";
import { type Facts, Notes } from "./notes.ts";
import { Outbox } from "./outbox.ts";
import { unpack } from "./pack.ts";
import { Peers } from "./peers.ts";
import { importPid, isPid, type Pid, type PidHome, processOf, samePid, type WirePid } from "./pid.ts";
import { BAND, Process, type ProcessState } from "./process.ts";
import { ProcessTable } from "./process-table.ts";
import { Scheduler } from "./scheduler.ts";
import { Self } from "./self.ts";
import { apart, boardOf, type Frame, type SignalFrame } from "./signal.ts";
import { belongingsOf, furnish, type Keepers } from "./take-over.ts";
import { MESSAGES_IN_ONE_GO, Wait } from "./wait.ts";

/**
 * While no timer can come due, the clock is read after every seventh resume only (a read costs a sixth of a
 * message): a timer is far when it is more than seven longest slices away.
 */
const RESUMES_A_READ = 7;
const LONGEST_SLICE_US = 2000;
/** Number of a cell's first process. */
const ROOT = 1;
const NEVER = Number.POSITIVE_INFINITY;
const DEFAULT_MAILBOX = 1000;
const NO_OPTIONS: SpawnOptions = {};

export class Cell {
  readonly home: PidHome;
  readonly names: Names;
  readonly groups: Groups;
  /** A pid of this cell becomes the one object its process has; all others are imported. */
  readonly resolve: (wire: WirePid) => Pid;
  readonly notes = new Notes();
  readonly counts: CellCounts = { dead: 0, forged: 0, overflow: 0, credit: 0, late: 0, unreported: 0 };
  /** Told of everything while set. The kernel needs it for nothing. */
  trace: TraceSink | undefined;
  /** Of new code on trial: see `Self.checkpoints`. */
  checkpoint: (() => Checkpoint | undefined) | undefined;
  /** What the version before left to the first process: see `Self.inherited`. */
  inherited: unknown;
  readonly #options: CellOptions;
  readonly #clock: Clock;
  readonly #processes: ProcessTable;
  readonly #scheduler: Scheduler;
  readonly #timers: CellTimers;
  readonly #links: Links;
  readonly #delivery: Delivery;
  readonly #peers: Peers;
  readonly #outbox: Outbox;
  readonly #hang: HangLimit;
  readonly #reports: CrashReports;
  readonly #keepers: Keepers;
  #running: Process | undefined;
  #takenAtFirst = 0;

  constructor(options: CellOptions) {
    const { board, cell, incarnation, clock } = options;
    this.home = { board, cell, incarnation };
    this.#options = options;
    this.#clock = clock;
    this.names = options.names ?? new Names();
    this.groups = options.groups ?? new Groups();
    this.#processes = new ProcessTable(this.home);
    this.resolve = this.#processes.resolve;
    this.#scheduler = new Scheduler(clock);
    this.#timers = new CellTimers(clock.now(), {
      timedOut: (process, expiryUs) => this.#timedOut(process, expiryUs),
      send: (to, message) => this.#sendExpired(to, message),
    });
    this.#peers = new Peers(board, options.onUnknownPeer);
    this.#outbox = new Outbox(this.#peers, this.counts);
    this.#links = new Links({
      post: (to, frame) => this.#outbox.post(to, frame, this.#running !== undefined),
      unreachable: (to) => (to.board === board ? "noproc" : "noconnection"),
      end: (process, reason) => this.#end(process, reason),
      tell: (process, message) => this.#delivery.tell(process, message),
    });
    this.#delivery = new Delivery(this.#scheduler, this.#links, this.counts, options.onAlarm);
    this.#hang = new HangLimit(options.hangLimitUs ?? 500_000, options.progress);
    this.#reports = new CrashReports(this.notes, this.counts, options.onCrash);
    this.#keepers = { links: this.#links, timers: this.#timers, names: this.names };
  }

  nowUs(): number {
    return this.#clock.now();
  }

  get resources(): CellResources {
    return this.#options.resources ?? {};
  }

  /** Longest time one resume may take, us. */
  get hangLimitUs(): number {
    return this.#hang.limitUs;
  }

  /** From the next resume on. */
  set hangLimitUs(us: number) {
    this.#hang.limitUs = us;
  }

  get processCount(): number {
    return this.#processes.size;
  }

  /** Timers that run: waits with a limit and messages sent for later. */
  get timerCount(): number {
    return this.#timers.size;
  }

  /** Processes that could run now. */
  get runnableCount(): number {
    return this.#scheduler.size;
  }

  /** The record of a process that lives. */
  processAt(number: number): Process | undefined {
    return this.#processes.at(number);
  }

  /** The records of the living, for introspection: nobody changes them from outside. */
  processes(): IterableIterator<Process> {
    return this.#processes.values();
  }

  /** How many messages a process may take in one go, from 0; on trial none or one. Default: as many as is fair. */
  messagesInOneGo(count = MESSAGES_IN_ONE_GO): void {
    this.#takenAtFirst = MESSAGES_IN_ONE_GO - count;
  }

  /** Messages that a process has sent for later. */
  sentTimerCount(process: Process): number {
    return this.#timers.sentCount(process);
  }

  /** Starts a process; the arguments are copied. `key` belongs to a cell's first process only. */
  spawn<A extends readonly unknown[], M>(
    body: Body<A, M>,
    args: A,
    options: SpawnOptions = NO_OPTIONS,
    key?: string,
  ): Pid {
    const capacity = options.mailboxCapacity ?? this.#options.mailboxCapacity ?? DEFAULT_MAILBOX;
    const band = options.band ?? this.#running?.band ?? this.#options.band ?? BAND.normal;
    const copied = args.length === 0 ? args : (args.map(copyPart) as unknown as A);
    // The pid refers to the process and the process to its pid: made in two steps.
    const process = new Process(body, options.label, band, new Mailbox(capacity));
    const pid = this.#processes.add(process, key);
    process.generator = beginBody(body, new Self<M>(this, process, new Wait(this, process)), copied);
    this.#scheduler.wake(process);
    this.trace?.spawned(pid, this.#running?.pid, process.label);
    return pid;
  }

  /**
   * Copies `message` to `to`. Never blocks, never fails for the dead; throws for what cannot be copied. With an
   * `alias` it is delivered only while the receiver has this monitor open, which ends with it.
   */
  send(to: Pid | string, message: unknown, deadlineUs?: number, alias?: number): void {
    const pid = typeof to === "string" ? this.names.whereis(to) : this.#genuine(to);
    if (isKernelsWord(message)) throw new TypeError(KERNELS_WORD);
    this.trace?.sent(this.#running?.pid, to, message);
    if (pid === undefined) {
      copyMessage(message, isPid);
      this.counts.dead++;
      return;
    }
    const process = processOf(pid);
    if (process === undefined) {
      this.#outbox.send(this.#running, pid, message, this.#lentBand(), deadlineUs, alias);
    } else {
      this.#delivery.put(process, copyMessage(message, isPid), deadlineUs, this.#lentBand(), alias);
    }
  }

  /** Messages from outside any process: an event loop's callback, the kernel. */
  post(to: Pid | string, message: unknown): void {
    this.send(to, message);
    this.#options.onWake?.();
  }

  /** After `delayUs` sends `message`, unless `owner` ended before; `cancelTimer` with the handle stops it. */
  sendAfter(delayUs: number, to: Pid | string, message: unknown, owner?: Process): number {
    if (typeof to !== "string") this.#genuine(to);
    if (isKernelsWord(message)) throw new TypeError(KERNELS_WORD);
    const expiryUs = this.#clock.now() + delayUs;
    return this.#timers.sendAt(expiryUs, to, copyMessage(message, isPid), owner);
  }

  cancelTimer(handle: number): boolean {
    return this.#timers.cancel(handle);
  }

  link(process: Process, other: Pid): void {
    this.#links.link(process, this.#genuine(other));
  }

  unlink(process: Process, other: Pid): void {
    this.#links.unlink(process, this.#genuine(other));
  }

  monitor(process: Process, other: Pid): number {
    return this.#links.monitor(process, this.#genuine(other));
  }

  demonitor(process: Process, ref: number): boolean {
    return this.#links.demonitor(process, ref);
  }

  /** Sends an exit signal. `kill` cannot be trapped; `normal` has no effect on others. */
  exit(from: Process | undefined, to: Pid, reason: ExitReason): void {
    this.#links.exit(from?.pid ?? to, this.#genuine(to), reason);
    if (from === undefined) this.#options.onWake?.();
  }

  /** Binds a name to a process of this cell; the board's registry may refuse it later (`nameTaken`). */
  register(process: Process, name: string, scope?: NameScope): void {
    if (name.includes("@"))
      throw new Error(`name "${name}": what follows an @ is another board; allowed are names without one`);
    const holder = this.names.whereis(name);
    if (holder !== undefined && !samePid(process.pid, holder))
      throw new Error(`name "${name}" is taken by ${holder}`);
    process.addName(name);
    this.names.claim(name, process.pid, scope);
  }

  unregister(process: Process, name: string): void {
    if (process.names?.delete(name)) this.names.release(name, process.pid);
  }

  /** Adds to what is known of a process of this cell; of no effect for others. */
  note(pid: Pid, facts: Facts): void {
    const state = processOf(this.#genuine(pid))?.state;
    if (state !== undefined && state !== "dead") this.notes.add(pid, facts);
  }

  /** The group's present members; changes from now on come as `GroupMessage`s with this number. */
  monitorGroup(process: Process, group: string): { readonly ref: number; readonly members: readonly Pid[] } {
    const ref = this.#links.newRef();
    const members = this.groups.monitor(group, ref, this.#delivery.groupWatcher(process));
    return { ref, members };
  }

  peerUp(cell: string, peer: Peer): void {
    this.#peers.up(cell, peer);
  }

  /** A cell ended: its port is drained by now. Fires every link and monitor into it, then forgets it. */
  peerDown(cell: string, incarnation: number, cause: ExitReason): void {
    this.#peers.down(cell, incarnation);
    this.#links.peerDown(cell, incarnation, { cell, cause });
  }

  /** From now on pids of that life of another board are reached by `route`. */
  boardUp(board: string, life: number, route: BoardRoute): void {
    this.#peers.boardUp(board, life, route);
  }

  /** The link with that life is gone: fires every link and monitor into it. */
  boardDown(board: string, life: number): void {
    this.#peers.boardDown(board, life);
    // So that who saw it join a group sees it leave before its end.
    this.groups.boardDown(board, life);
    this.#links.boardDown(board, life);
  }

  /** The life of a cell over there is over: fires every link and monitor into it. */
  cellDownAbroad(down: CellDown): void {
    this.#links.cellDownAbroad(down);
  }

  /** A frame of another cell. What does not name a living process with the right key is dropped and counted. */
  deliver(frame: Frame): void {
    const process = this.#addressed(frame);
    if (process === undefined) return;
    if (frame.kind === "message") {
      const { monitor, alias } = frame;
      if (monitor !== undefined) {
        const from = this.resolve(monitor.from);
        this.#links.deliver(process, from, { kind: "monitor", to: frame.to, ...monitor });
      }
      const message = unpack(frame.packed, this.resolve);
      const board = frame.board ?? this.home.board;
      if (isKernelsWord(message)) this.counts.forged++;
      else if (alias !== undefined && !this.#links.watches(process, alias, board)) this.counts.late++;
      else {
        const band = Math.max(frame.band, BAND.critical);
        this.#delivery.put(process, message, finite(frame.deadlineUs), band, alias, frame.closed);
      }
    } else {
      const from = this.resolve(frame.from);
      // So that who saw it join a group sees it leave before its end.
      if (tellsOfAnEnd(frame)) this.groups.endedElsewhere(from);
      this.#links.deliver(process, from, frame);
    }
  }

  /** Runs what is due, most urgent first, at most `resumes` of them. Returns false when nothing is left to run. */
  run(resumes = NEVER): boolean {
    const timers = this.#timers;
    const scheduler = this.#scheduler;
    let nowUs = this.#clock.now();
    let unread = 0;
    let last: Process | undefined;
    for (let left = resumes; left > 0; left--) {
      if (nowUs >= timers.soonestUs) timers.expire(nowUs);
      const process = scheduler.next(nowUs);
      if (process === undefined) break;
      const isBackground = process.queueBand === BAND.background;
      this.#resume(process, nowUs);
      last = process;
      const isFar = timers.soonestUs > nowUs + RESUMES_A_READ * LONGEST_SLICE_US;
      if (++unread < RESUMES_A_READ && isFar && !isBackground) continue;
      unread = 0;
      const readUs = this.#clock.now();
      const sliceUs = readUs - nowUs;
      ran(process, sliceUs);
      if (isBackground) scheduler.hadShare(readUs, sliceUs);
      nowUs = readUs;
    }
    if (unread > 0 && last !== undefined) {
      const readUs = this.#clock.now();
      ran(last, readUs - nowUs);
      nowUs = readUs;
    }
    if (nowUs >= timers.soonestUs) timers.expire(nowUs);
    this.#hang.end();
    return scheduler.size > 0;
  }

  /** When `run` is due again: 0 now, `Infinity` never by itself. */
  nextWakeUs(): number {
    return this.#scheduler.size > 0 ? 0 : this.#timers.nextExpiryUs();
  }

  /** Work of a process's own from here on, also in the middle of a resume: its deadlines, us. */
  work(process: Process, deadlineUs: number | undefined, hardDeadlineUs: number | undefined): void {
    process.workBand = process.band;
    process.deadlineUs = deadlineUs;
    process.hardDeadlineUs = hardDeadlineUs;
    if (process === this.#running) this.#hang.changed(process);
  }

  /** The time limit of a wait. */
  startTimer(process: Process, expiryUs: number): void {
    this.#timers.start(process, expiryUs);
  }

  stopTimer(process: Process): void {
    this.#timers.stop(process);
  }

  /** What a process has beside its state and its mailbox, as data. */
  belongingsOf(process: Process): Belongings {
    return belongingsOf(process, this.#keepers);
  }

  /** Gives a process these belongings in the place of those it has. Nobody is told: they were its own before. */
  furnish(process: Process, belongings: Belongings): void {
    furnish(process, belongings, this.#keepers, this.resolve);
  }

  /** Reports a crash of code that stands for this process. */
  report(process: Process, reason: ExitReason): void {
    this.#reports.report(process, reason, this.#clock.now());
  }

  /** Puts back into its mailbox what was taken out of it before. */
  putBack(process: Process, entry: MailboxEntry): void {
    this.#delivery.putBack(process, entry);
  }

  #timedOut(process: Process, expiryUs: number): void {
    // Deaf: mostly in the middle of its work.
    const dueUs = process.limitDueUs ?? (process.deaf ? process.deadlineUs : undefined);
    this.#scheduler.wake(process, dueUs ?? expiryUs + this.#hang.limitUs);
  }

  #sendExpired(to: Pid | string, message: unknown): void {
    const pid = typeof to === "string" ? this.names.whereis(to) : to;
    const process = pid === undefined ? undefined : processOf(pid);
    if (process !== undefined) this.#delivery.put(process, message);
    else if (pid !== undefined) this.#outbox.send(this.#running, pid, message, this.#lentBand());
    else this.counts.dead++;
  }

  #resume(process: Process, startUs: number): void {
    process.taken = this.#takenAtFirst;
    this.#running = process;
    this.#hang.begin(process, startUs);
    if (this.trace !== undefined) this.#traceMiss(process, startUs);
    let ended: ExitReason | undefined;
    try {
      if (process.generator!.next().done === true) ended = "normal";
      else if (stateOf(process) === "running") throw new TypeError(STRANGE_YIELD);
    } catch (error) {
      ended = endReason(error);
      this.#reports.report(process, ended, startUs);
    }
    this.#running = undefined;
    if (this.#outbox.isHolding) this.#outbox.flush();
    if (ended !== undefined || process.exitPending !== undefined) this.#ended(process, ended);
    else if (stateOf(process) === "paused") this.#scheduler.goOnLater(process);
  }

  #traceMiss({ pid, queueDeadlineUs }: Process, startUs: number): void {
    // What the kernel tells goes before all that has a deadline, and has none itself.
    if (queueDeadlineUs === Number.NEGATIVE_INFINITY) return;
    if (isBefore(queueDeadlineUs, startUs)) this.trace?.missed(pid, startUs - queueDeadlineUs!);
  }

  /** An exit that it asked for itself, or that reached it while it ran, outranks a normal end. */
  #ended(process: Process, how: ExitReason = "normal"): void {
    this.#terminate(process, how === "normal" ? (process.exitPending ?? how) : how);
  }

  /** What the work at hand lends to what is sent: never `system`, which is for supervisors. */
  #lentBand(): number {
    const running = this.#running;
    return running === undefined ? lendsNoBand : Math.max(running.workBand, BAND.critical);
  }

  #end(process: Process, reason: ExitReason): void {
    // Others say so, but it is the one that failed.
    const party = brokenBy(reason);
    if (party !== undefined && party === String(process.pid)) {
      this.#reports.report(process, reason, this.#clock.now());
    }
    if (process !== this.#running) this.#terminate(process, reason);
    else process.exitPending ??= reason; // The first counts: OTP would be gone by now.
  }

  #terminate(process: Process, reason: ExitReason): void {
    const { pid } = process;
    this.#scheduler.remove(process);
    process.state = "dead";
    process.exitReason = reason;
    process.generator = undefined;
    if (process.timer !== 0) this.stopTimer(process);
    this.#timers.releaseSent(process);
    this.#processes.delete(pid);
    if (process.names !== undefined) {
      for (const name of process.names) this.names.release(name, pid);
      process.names = undefined;
    }
    this.groups.endedHere(pid);
    this.notes.forget(pid);
    this.trace?.ended(pid, reason);
    this.#links.release(process, reason, !(this.#options.endsWithRoot === true && pid.number === ROOT));
  }

  #addressed(frame: Frame): Process | undefined {
    const { to } = frame;
    const process = this.#processes.find(to);
    if (typeof process !== "string") return process;
    if (process === "forged") this.#forged(frame);
    else this.counts.dead++;
    // The same answer to both, or a guess would learn who lives.
    const signal = frame.kind === "message" ? apart(frame)[0] : frame;
    if (signal.kind === "message") return undefined;
    const { board, cell } = this.home;
    this.#links.answerForDead({ board, cell, ...to }, importPid(signal.from), signal);
    return undefined;
  }

  #forged(frame: Frame): void {
    this.counts.forged++;
    const board = boardOf(frame);
    if (board !== undefined) this.#options.onNotGiven?.(board);
  }

  /** Whoever calls with something that only looks like a pid is told, and it is counted. */
  #genuine(pid: Pid): Pid {
    if (isPid(pid)) return pid;
    this.counts.forged++;
    throw new TypeError(`this is no pid: ${typeof pid}; only what was received or spawned is one`);
  }
}

const STRANGE_YIELD = "a process may only yield* its own waits";

/** What passed since the clock was read last: where processes run in quick succession, of some resumes together. */
function ran(process: Process, us: number): void {
  process.runUs += us;
  if (us > process.longestSliceUs) process.longestSliceUs = Math.ceil(us);
}

/** What it is by now: the compiler does not see that a resume changes it. */
function stateOf(process: Process): ProcessState {
  return process.state;
}

/** A `down`, or an `exit` because of a link. */
function tellsOfAnEnd(frame: SignalFrame): boolean {
  return frame.kind === "down" || (frame.kind === "exit" && frame.links !== undefined);
}

function copyPart(value: unknown): unknown {
  return copyMessage(value, isPid);
}
