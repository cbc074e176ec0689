/**
 * A cell: processes of one isolate, their run queue and their timers.
 *
 * One step takes the most urgent runnable process and resumes it until it waits again. Everything that
 * reaches a process from outside its own generator comes as a message or a signal (`links.ts`).
 *
 * The cell knows no thread and no port: frames leave by `Peer.post` and arrive by `deliver`; who waits
 * (a parked thread, an event loop, a simulation) calls `run` and asks `nextWakeUs`.
 *
 * Cost: a resume is one queue operation, one generator step and one clock read.
 */
import type { Clock } from "../time/clock.ts";
import { RateLimit } from "../time/rate-limit.ts";
import { RunQueue } from "../time/run-queue.ts";
import { TimerWheel } from "../time/timer-wheel.ts";
import type { Belongings } from "./belongings.ts";
import { type BoardRoute, BoardRoutes, type CellDown } from "./board-routes.ts";
import type {
  Body,
  CellCounts,
  CellOptions,
  CellResources,
  Checkpoint,
  Peer,
  Progress,
  SpawnOptions,
  TraceSink,
} from "./cell-contract.ts";
import { copyMessage } from "./copy-message.ts";
import { brokenBy, type ExitReason, endReason } from "./exit-reason.ts";
import { type GroupMessage, Groups } from "./groups.ts";
import { Links, target } from "./links.ts";
import { lendsNoBand, Mailbox, type MailboxEntry } from "./mailbox.ts";
import { type NameScope, Names } from "./names.ts";
import { type Facts, Notes } from "./notes.ts";
import { pack, unpack } from "./pack.ts";
import { matches } from "./pattern.ts";
import {
  createPid,
  hasKey,
  importPid,
  isPid,
  type Pid,
  type PidHome,
  processOf,
  samePid,
  type WirePid,
} from "./pid.ts";
import { BAND, Process, type ProcessGenerator, type ProcessState } from "./process.ts";
import { Self } from "./self.ts";
import { noTimers, SentTimers } from "./sent-timers.ts";
import {
  apart,
  boardOf,
  type DownMessage,
  type ExitMessage,
  type Frame,
  type MessageFrame,
  type MonitorFrame,
  type SignalFrame,
  type WireTarget,
} from "./signal.ts";
import { MESSAGES_IN_ONE_GO, Wait } from "./wait.ts";

/**
 * While no timer can come due, the clock is read after every seventh resume only (a read costs a sixth of a
 * message): a timer is far when it is more than seven longest slices away.
 */
const RESUMES_A_READ = 7;
const LONGEST_SLICE_US = 2000;
/** Time of others, in times of its own, that background stands back for at most: 5 % are its share. */
const OTHERS_SHARE = 19;
/** Number of a cell's first process. */
const ROOT = 1;
const NEVER = Number.POSITIVE_INFINITY;
const DEFAULT_MAILBOX = 1000;
const NO_OPTIONS: SpawnOptions = {};

export class Cell {
  readonly home: PidHome;
  readonly names: Names;
  readonly groups: Groups;
  readonly notes = new Notes();
  readonly counts: CellCounts = { dead: 0, forged: 0, overflow: 0, credit: 0, late: 0, unreported: 0 };
  /** Told of everything while set. The kernel needs it for nothing. */
  trace: TraceSink | undefined;
  /** Of new code on trial: see `Self.checkpoints`. */
  checkpoint: (() => Checkpoint | undefined) | undefined;
  /** What the version before left to the first process: see `Self.inherited`. */
  inherited: unknown;
  readonly #options: CellOptions;
  readonly #progress: Progress | undefined;
  readonly #clock: Clock;
  readonly #wheel: TimerWheel;
  readonly #sentTimers: SentTimers;
  readonly #queue = new RunQueue<Process>({ bands: BAND.background + 1 });
  /** From when on background goes before all others, us: it has had less than its share. */
  #backgroundFromUs = 0;
  readonly #processes = new Map<number, Process>();
  readonly #peers = new Map<string, Peer>();
  /** Of other boards. */
  readonly #routes = new BoardRoutes();
  readonly #links: Links;
  readonly #reports = new RateLimit(20, 20_000);
  #hangLimitUs: number;
  #lastNumber = 0;
  #running: Process | undefined;
  /** A monitor that the running process has just set: it goes with the request that mostly follows at once. */
  #held: { readonly peer: Peer; readonly frame: MonitorFrame } | undefined;
  /** When what runs counts as hung at the latest, us. */
  #hangUs = NEVER;
  #takenAtFirst = 0;
  /** No timer expires before, us. */
  #soonestUs = NEVER;

  constructor(options: CellOptions) {
    const { board, cell, incarnation } = options;
    this.home = { board, cell, incarnation };
    this.#options = options;
    this.#progress = options.progress;
    this.#clock = options.clock;
    this.names = options.names ?? new Names();
    this.groups = options.groups ?? new Groups();
    this.#hangLimitUs = options.hangLimitUs ?? 500_000;
    this.#wheel = new TimerWheel({ startUs: Math.floor(options.clock.now()) });
    this.#sentTimers = new SentTimers(this.#wheel);
    this.#links = new Links({
      post: (to, frame) => this.#postTo(to, frame),
      unreachable: (to) => (to.board === board ? "noproc" : "noconnection"),
      end: (process, reason) => this.#end(process, reason),
      tell: (process, message) => this.#tell(process, message),
    });
  }

  nowUs(): number {
    return this.#clock.now();
  }

  get resources(): CellResources {
    return this.#options.resources ?? {};
  }

  /** Longest time one resume may take, us. */
  get hangLimitUs(): number {
    return this.#hangLimitUs;
  }

  /** From the next resume on. */
  set hangLimitUs(us: number) {
    this.#hangLimitUs = us;
  }

  get processCount(): number {
    return this.#processes.size;
  }

  /** Timers that run: waits with a limit and messages sent for later. */
  get timerCount(): number {
    return this.#wheel.size;
  }

  /** Processes that could run now. */
  get runnableCount(): number {
    return this.#queue.size;
  }

  /** The record of a process that lives. */
  processAt(number: number): Process | undefined {
    return this.#processes.get(number);
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
    return this.#sentTimers.count(process);
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
    const number = ++this.#lastNumber;
    const pid = createPid(this.home, number, process, key);
    process.pid = pid;
    process.generator = begin(body, new Self<M>(this, process, new Wait(this, process)), copied);
    this.#processes.set(number, process);
    this.#makeRunnable(process);
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
    if (process === undefined) this.#sendAbroad(pid, message, deadlineUs, alias);
    else this.#put(process, copyMessage(message, isPid), deadlineUs, this.#lentBand(), alias);
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
    const expiryUs = Math.ceil(this.#clock.now() + delayUs);
    const handle = this.#sentTimers.start(owner, expiryUs, to, copyMessage(message, isPid));
    if (expiryUs < this.#soonestUs) this.#soonestUs = expiryUs;
    return handle;
  }

  cancelTimer(handle: number): boolean {
    return this.#sentTimers.cancel(handle);
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
    const members = this.groups.monitor(group, ref, {
      pid: process.pid,
      put: (message) => {
        const room = process.mailbox.push(message);
        if (room) this.#wakeFor(process, message, undefined, lendsNoBand);
        else this.counts.overflow++;
        return room;
      },
      putSignal: (message) => this.#tell(process, message),
    });
    return { ref, members };
  }

  peerUp(cell: string, peer: Peer): void {
    this.#peers.set(cell, peer);
  }

  /** A cell ended: its port is drained by now. Fires every link and monitor into it, then forgets it. */
  peerDown(cell: string, incarnation: number, cause: ExitReason): void {
    if (this.#peers.get(cell)?.incarnation === incarnation) this.#peers.delete(cell);
    this.#links.peerDown(cell, incarnation, { cell, cause });
  }

  /** From now on pids of that life of another board are reached by `route`. */
  boardUp(board: string, life: number, route: BoardRoute): void {
    this.#routes.up(board, life, route);
  }

  /** The link with that life is gone: fires every link and monitor into it. */
  boardDown(board: string, life: number): void {
    this.#routes.down(board, life);
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
        this.#put(process, message, finite(frame.deadlineUs), band, alias, frame.closed);
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
    let nowUs = this.#clock.now();
    let unread = 0;
    let last: Process | undefined;
    for (let left = resumes; left > 0; left--) {
      if (nowUs >= this.#soonestUs) this.#expire(nowUs);
      const share = nowUs >= this.#backgroundFromUs ? this.#queue.popLast() : undefined;
      const process = share ?? this.#queue.pop();
      if (process === undefined) break;
      const isBackground = process.queueBand === BAND.background;
      this.#resume(process, nowUs);
      last = process;
      const isFar = this.#soonestUs > nowUs + RESUMES_A_READ * LONGEST_SLICE_US;
      if (++unread < RESUMES_A_READ && isFar && !isBackground) continue;
      unread = 0;
      const readUs = this.#clock.now();
      const sliceUs = readUs - nowUs;
      ran(process, sliceUs);
      if (isBackground) this.#backgroundFromUs = readUs + sliceUs * OTHERS_SHARE;
      nowUs = readUs;
    }
    if (unread > 0 && last !== undefined) {
      const readUs = this.#clock.now();
      ran(last, readUs - nowUs);
      nowUs = readUs;
    }
    if (nowUs >= this.#soonestUs) this.#expire(nowUs);
    this.#progress?.end();
    return this.#queue.size > 0;
  }

  /** When `run` is due again: 0 now, `Infinity` never by itself. */
  nextWakeUs(): number {
    return this.#queue.size > 0 ? 0 : this.#wheel.nextExpiryUs();
  }

  /** Work of a process's own from here on, also in the middle of a resume: its deadlines, us. */
  work(process: Process, deadlineUs: number | undefined, hardDeadlineUs: number | undefined): void {
    process.workBand = process.band;
    process.deadlineUs = deadlineUs;
    process.hardDeadlineUs = hardDeadlineUs;
    if (process !== this.#running) return;
    const { number } = process.pid;
    const dueUs = isBefore(hardDeadlineUs, this.#hangUs) ? hardDeadlineUs! : this.#hangUs;
    // In the middle of a resume nobody else made it late.
    this.#progress?.begin(number, dueUs, Number.NEGATIVE_INFINITY);
  }

  /** The time limit of a wait. */
  startTimer(process: Process, expiryUs: number): void {
    const wholeUs = Math.ceil(expiryUs);
    process.timer = this.#wheel.start(wholeUs, process);
    if (wholeUs < this.#soonestUs) this.#soonestUs = wholeUs;
  }

  stopTimer(process: Process): void {
    this.#wheel.cancel(process.timer);
    process.timer = 0;
  }

  /** A pid of this cell becomes the one object its process has; all others are imported. */
  readonly resolve = (wire: WirePid): Pid => {
    const { board, cell, incarnation } = this.home;
    const isOurs = wire.cell === cell && wire.incarnation === incarnation && wire.board === board;
    if (!isOurs || wire.life !== undefined) return importPid(wire);
    const process = this.#processes.get(wire.number);
    return process !== undefined && hasKey(process.pid, wire.key) ? process.pid : importPid(wire);
  };

  /** What a process has beside its state and its mailbox, as data. */
  belongingsOf(process: Process): Belongings {
    return {
      bonds: this.#links.bondsOf(process),
      timers: this.#sentTimers.of(process).map(({ to, message, ...timer }) => ({
        ...timer,
        packed: pack([to, message]).packed,
      })),
      names: [...(process.names ?? [])].map((name) => [name, this.names.scopeOf(name) ?? "board"] as const),
      trapExit: process.trapExit,
    };
  }

  /** Gives a process these belongings in the place of those it has. Nobody is told: they were its own before. */
  furnish(process: Process, { bonds, timers, names, trapExit }: Belongings): void {
    this.#links.bind(process, bonds);
    this.#sentTimers.release(process);
    for (const { handle, expiryUs, packed } of timers) {
      const [to, message] = unpack(packed, this.resolve) as [Pid | string, unknown];
      this.#sentTimers.inherit(handle, process, expiryUs, to, message);
      if (expiryUs < this.#soonestUs) this.#soonestUs = expiryUs;
    }
    process.names = names.length === 0 ? undefined : new Set(names.map(([name]) => name));
    for (const [name, scope] of names) this.names.inherit(name, process.pid, scope);
    process.trapExit = trapExit;
  }

  /** Reports a crash of code that stands for this process. */
  report(process: Process, reason: ExitReason): void {
    this.#report(process, reason, this.#clock.now());
  }

  /** Puts back into its mailbox what was taken out of it before. */
  putBack(process: Process, entry: MailboxEntry): void {
    process.mailbox.restore(entry);
    this.#wakeFor(process, entry.message, entry.deadlineUs, entry.band, entry.isSignal);
  }

  #expire(nowUs: number): void {
    this.#wheel.advance(Math.floor(nowUs), this.#onExpiry);
    this.#soonestUs = this.#wheel.nextExpiryUs();
  }

  readonly #onExpiry = (token: number | object, expiryUs: number): void => {
    if (typeof token === "number") {
      this.#sentTimers.expire(token, this.#sendExpired);
      return;
    }
    const process = token as Process;
    process.timer = 0;
    process.timedOut = true;
    // Deaf: mostly in the middle of its work.
    const dueUs = process.limitDueUs ?? (process.deaf ? process.deadlineUs : undefined);
    this.#makeRunnable(process, dueUs ?? expiryUs + this.#hangLimitUs);
  };

  /** Its message was copied when the timer was started. */
  readonly #sendExpired = (to: Pid | string, message: unknown): void => {
    const pid = typeof to === "string" ? this.names.whereis(to) : to;
    const process = pid === undefined ? undefined : processOf(pid);
    if (process !== undefined) this.#put(process, message);
    else if (pid !== undefined) this.#sendAbroad(pid, message);
    else this.counts.dead++;
  };

  #resume(process: Process, startUs: number): void {
    const generator = process.generator;
    if (generator === undefined) return;
    process.state = "running";
    process.taken = this.#takenAtFirst;
    const { readyTime } = process;
    if (readyTime !== undefined) readyTime.readyUs += this.#clock.now() - readyTime.sinceUs;
    this.#running = process;
    const { hardDeadlineUs, queueDeadlineUs } = process;
    const hangUs = startUs + this.#hangLimitUs;
    this.#hangUs = hangUs;
    const dueUs = isBefore(hardDeadlineUs, hangUs) ? hardDeadlineUs! : hangUs;
    this.#progress?.begin(process.pid.number, dueUs, startUs);
    if (this.trace !== undefined && isBefore(queueDeadlineUs, startUs)) {
      this.trace.missed(process.pid, startUs - queueDeadlineUs!);
    }
    let ended: ExitReason | undefined;
    try {
      if (generator.next().done === true) ended = "normal";
      else if (stateOf(process) === "running") throw new TypeError(STRANGE_YIELD);
    } catch (error) {
      ended = endReason(error);
      this.#report(process, ended, startUs);
    }
    this.#running = undefined;
    if (this.#held !== undefined) this.#postHeld();
    // An exit that it asked for itself, or that reached it while it ran, outranks a normal end.
    if (process.exitPending !== undefined && (ended === undefined || ended === "normal")) {
      ended = process.exitPending;
    }
    if (ended !== undefined) this.#terminate(process, ended);
    else if (stateOf(process) === "paused") this.#goOnLater(process);
  }

  #goOnLater(process: Process): void {
    process.state = "waiting";
    // Deaf: in the middle of its work, which others that are as urgent do not put off.
    const next = process.deaf ? process : process.mailbox.find(process.pattern);
    this.#makeRunnable(process, next?.deadlineUs, next?.band, process.deaf);
  }

  #sendAbroad(pid: Pid, message: unknown, deadlineUs = NEVER, alias?: number): void {
    const { packed, bytes } = pack(message);
    const peer = this.#peerOf(pid);
    if (peer === undefined) {
      this.counts.dead++;
      return;
    }
    const running = this.#running;
    const frame: Mutable<MessageFrame> = {
      kind: "message",
      to: target(pid),
      packed,
      deadlineUs,
      band: this.#lentBand(),
      bytes,
    };
    if (alias !== undefined) {
      frame.alias = alias;
      // Who is answered watches no longer.
      if (running?.abroad?.dropWatcher(pid, alias) === true) frame.closed = true;
    }
    const held = this.#held;
    if (held !== undefined) {
      this.#held = undefined;
      if (held.peer === peer && isSameTarget(held.frame.to, frame.to)) {
        frame.monitor = { from: held.frame.from, ref: held.frame.ref };
      } else held.peer.post(held.frame);
    }
    if (peer.post(frame)) return;
    this.counts.credit++;
    // Only the message is refused.
    if (frame.monitor !== undefined) peer.post(held!.frame);
    if (frame.closed === true) running!.addWatcherAbroad(pid, alias!);
  }

  /** What the work at hand lends to what is sent: never `system`, which is for supervisors. */
  #lentBand(): number {
    const running = this.#running;
    return running === undefined ? lendsNoBand : Math.max(running.workBand, BAND.critical);
  }

  #put(
    process: Process,
    message: unknown,
    deadlineUs?: number,
    band = lendsNoBand,
    alias?: number,
    closed?: true,
  ): void {
    if (process.state === "dead") {
      this.counts.dead++;
    } else if (alias !== undefined) {
      const awaited =
        closed === true ? this.#links.closed(process, alias) : this.#links.demonitor(process, alias);
      if (!awaited) this.counts.late++;
      else this.#reply(process, message, deadlineUs, band);
    } else if (process.mailbox.push(message, deadlineUs, band)) {
      this.#wakeFor(process, message, deadlineUs, band);
    } else {
      this.counts.overflow++;
      this.#alarm(process);
    }
  }

  /** One reply comes for each call it sent, so a full mailbox is no reason to refuse it. */
  #reply(process: Process, message: unknown, deadlineUs: number | undefined, band: number): void {
    process.mailbox.pushSignal(message, deadlineUs, band);
    this.#wakeFor(process, message, deadlineUs, band, true);
  }

  /** What the kernel tells is looked at before all work, and after supervisors: they may have mended it by then. */
  #tell(process: Process, message: DownMessage | ExitMessage | GroupMessage): void {
    process.mailbox.pushSignal(message, undefined, BAND.critical);
    this.#wakeFor(process, message, Number.NEGATIVE_INFINITY, BAND.critical, true);
  }

  /** A message lends its deadline and its band to whoever waits for it. */
  #wakeFor(
    process: Process,
    message: unknown,
    deadlineUs: number | undefined,
    band: number,
    isSignal = false,
  ): void {
    const { state } = process;
    if (state === "waiting") {
      if (!process.deaf && matches(process.pattern, message, isSignal))
        this.#makeRunnable(process, deadlineUs, band);
    } else if (state === "runnable") {
      const queueBand = Math.min(band, process.workBand);
      if (queueBand > process.queueBand) return;
      if (queueBand === process.queueBand && !isBefore(deadlineUs, process.queueDeadlineUs)) return;
      if (process.deaf || !matches(process.pattern, message, isSignal)) return;
      this.#queue.remove(process);
      this.#enqueue(process, deadlineUs, queueBand);
    }
  }

  #makeRunnable(process: Process, deadlineUs?: number, band = lendsNoBand, ahead = false): void {
    if (process.state !== "waiting") return;
    process.state = "runnable";
    if (process.readyTime !== undefined) process.readyTime.sinceUs = this.#clock.now();
    const { hardDeadlineUs } = process;
    this.#enqueue(
      process,
      isBefore(hardDeadlineUs, deadlineUs) ? hardDeadlineUs : deadlineUs,
      Math.min(band, process.workBand),
      ahead,
    );
  }

  #enqueue(process: Process, deadlineUs: number | undefined, band: number, ahead = false): void {
    process.queueBand = band;
    process.queueDeadlineUs = deadlineUs;
    this.#queue.push(process, band, band === BAND.background ? NEVER : (deadlineUs ?? NEVER), ahead);
  }

  #alarm({ pid, label, mailbox }: Process): void {
    if (!mailbox.alarm()) return;
    this.#options.onAlarm?.({ kind: "overflow", pid: String(pid), label, dropped: mailbox.dropped });
  }

  #end(process: Process, reason: ExitReason): void {
    // Others say so, but it is the one that failed.
    const party = brokenBy(reason);
    if (party !== undefined && party === String(process.pid)) {
      this.#report(process, reason, this.#clock.now());
    }
    if (process !== this.#running) this.#terminate(process, reason);
    else process.exitPending ??= reason; // The first counts: OTP would be gone by now.
  }

  #terminate(process: Process, reason: ExitReason): void {
    const { pid } = process;
    if (process.state === "runnable") this.#queue.remove(process);
    process.state = "dead";
    process.exitReason = reason;
    process.generator = undefined;
    if (process.timer !== 0) this.stopTimer(process);
    if (process.sentTimers !== noTimers) this.#sentTimers.release(process);
    this.#processes.delete(pid.number);
    if (process.names !== undefined) {
      for (const name of process.names) this.names.release(name, pid);
      process.names = undefined;
    }
    this.groups.endedHere(pid);
    this.notes.forget(pid);
    this.trace?.ended(pid, reason);
    this.#links.release(process, reason, !(this.#options.endsWithRoot === true && pid.number === ROOT));
  }

  /** Only who threw crashed: what its end ends in turn is told by links. At most some a second, the rest is counted. */
  #report(process: Process, reason: ExitReason, nowUs: number): void {
    if (this.#options.onCrash === undefined) return;
    if (!this.#reports.take(nowUs)) {
      this.counts.unreported++;
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
      notes: this.notes.of(pid),
    };
    this.#options.onCrash(report, process);
  }

  #addressed(frame: Frame): Process | undefined {
    const { to } = frame;
    const process = this.#processes.get(to.number);
    const ofThisLife = to.incarnation === this.home.incarnation;
    if (ofThisLife && process !== undefined && hasKey(process.pid, to.key)) return process;
    // Of the dead nobody knows the keys any more; a number that was never given out cannot be one of theirs.
    if (ofThisLife && (process !== undefined || to.number > this.#lastNumber)) this.#forged(frame);
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

  #peerOf(pid: Pid): Peer | undefined {
    if (pid.board !== this.home.board) return this.#abroadPeerOf(pid);
    if (pid.life !== undefined) return undefined; // of this board's runtime before this one
    let peer = this.#peers.get(pid.cell);
    if (peer?.incarnation !== pid.incarnation) {
      this.#options.onUnknownPeer?.(pid);
      peer = this.#peers.get(pid.cell);
    }
    return peer?.incarnation === pid.incarnation ? peer : undefined;
  }

  #abroadPeerOf(pid: Pid): Peer | undefined {
    const peer = this.#routes.peerOf(pid);
    if (peer !== undefined) return peer;
    this.#options.onUnknownPeer?.(pid);
    return this.#routes.peerOf(pid);
  }

  /** Whoever calls with something that only looks like a pid is told, and it is counted. */
  #genuine(pid: Pid): Pid {
    if (isPid(pid)) return pid;
    this.counts.forged++;
    throw new TypeError(`this is no pid: ${typeof pid}; only what was received or spawned is one`);
  }

  #postTo(pid: Pid, frame: Frame): boolean {
    if (this.#held !== undefined) this.#postHeld();
    const peer = this.#peerOf(pid);
    if (peer === undefined) return false;
    if (frame.kind === "monitor" && this.#running !== undefined) this.#held = { peer, frame };
    else peer.post(frame);
    return true;
  }

  #postHeld(): void {
    const { peer, frame } = this.#held!;
    this.#held = undefined;
    peer.post(frame);
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const KERNELS_WORD =
  'a message of type "down" or "exit" is told by the kernel only: nobody else can send one';
const STRANGE_YIELD = "a process may only yield* its own waits";

/** What passed since the clock was read last: where processes run in quick succession, of some resumes together. */
function ran(process: Process, us: number): void {
  process.runUs += us;
  if (us > process.longestSliceUs) process.longestSliceUs = Math.ceil(us);
}

/** So that who reads one knows that it is true. */
function isKernelsWord(message: unknown): boolean {
  if (typeof message !== "object" || message === null) return false;
  const { type } = message as { type?: unknown };
  return type === "down" || type === "exit";
}

/** A body that is no generator function fails in its own process, as any other defect of it. */
function begin<A extends readonly unknown[], M>(
  body: Body<A, M>,
  self: Self<M>,
  args: A,
): ProcessGenerator<unknown> {
  try {
    const generator: unknown = body(self, ...args);
    if (typeof (generator as ProcessGenerator | undefined)?.next === "function")
      return generator as ProcessGenerator<unknown>;
    const what =
      generator instanceof Promise ? "a promise, which can never complete here" : `a ${typeof generator}`;
    return failing(
      new TypeError(`a process body is a generator function (function*); ${body.name} gave ${what}`),
    );
  } catch (error) {
    return failing(error);
  }
}

function* failing(error: unknown): ProcessGenerator {
  throw error;
}

/** What it is by now: the compiler does not see that a resume changes it. */
function stateOf(process: Process): ProcessState {
  return process.state;
}

/** Deadlines compared; `undefined` is no deadline, after all others. */
function isBefore(us: number | undefined, otherUs: number | undefined): boolean {
  return us !== undefined && (otherUs === undefined || us < otherUs);
}

function isSameTarget(a: WireTarget, b: WireTarget): boolean {
  return a.number === b.number && a.key === b.key && a.incarnation === b.incarnation;
}

function finite(us: number): number | undefined {
  return us === NEVER ? undefined : us;
}

/** A `down`, or an `exit` because of a link. */
function tellsOfAnEnd(frame: SignalFrame): boolean {
  return frame.kind === "down" || (frame.kind === "exit" && frame.links !== undefined);
}

function copyPart(value: unknown): unknown {
  return copyMessage(value, isPid);
}
