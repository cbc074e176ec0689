/**
 * What a process can do, handed to its generator function as first argument.
 *
 * `const message = yield* self.receive("reading", { within: 50 })`: whatever waits is used with `yield*`.
 * `M` is the union of messages the process understands.
 */
import type { Cell } from "./cell.ts";
import type { Body, CellResources, Checkpoint, SpawnOptions } from "./cell-contract.ts";
import { finite } from "./deadline.ts";
import type { ExitReason } from "./exit-reason.ts";
import type { Facts } from "./notes.ts";
import type { Matched, Pattern } from "./pattern.ts";
import type { Pid } from "./pid.ts";
import type { Process } from "./process.ts";
import type { DownMessage, ExitMessage, ReplyMessage } from "./signal.ts";
import { type SpawnInOptions, type SpawnRequest, spawnIn } from "./spawn-in.ts";
import { MESSAGES_IN_ONE_GO, type Wait } from "./wait.ts";

/** Something to `yield*`; its value is `T`. */
export interface Waiting<T> {
  [Symbol.iterator](): Iterator<Wait, T, void>;
}

/** Every process may be told of ends beside its own messages. */
export type Incoming<M> = M | DownMessage | ExitMessage;

/** A time limit: `within` ms from now, or `untilUs` on the monotonic clock; the earlier counts. */
export interface WaitLimit {
  readonly within?: number;
  readonly untilUs?: number;
  /** When the work that begins at the limit is due, us: how urgent this process is then. */
  readonly dueUs?: number;
}

export interface SendOptions {
  /** The receiver's work on this message is due by then, us. Default: the deadline of the work at hand. */
  readonly deadlineUs?: number;
  /**
   * A monitor of the receiver's, as it named it in its request. The message is delivered only while that is
   * open, which ends with it: a reply that comes late is dropped and counted, never taken for another.
   */
  readonly alias?: number;
}

export class Self<M = never> {
  readonly pid: Pid;
  readonly #cell: Cell;
  readonly #process: Process;
  readonly #wait: Wait;

  constructor(cell: Cell, process: Process, wait: Wait) {
    this.pid = process.pid;
    this.#cell = cell;
    this.#process = process;
    this.#wait = wait;
  }

  /** Monotonic microseconds. */
  nowUs(): number {
    return this.#cell.nowUs();
  }

  /** The first message that matches; others keep their order. `undefined` when the limit passed first. */
  receive(): Waiting<Incoming<M>>;
  receive<const P extends Exclude<Pattern<Incoming<M>>, number>>(
    pattern: P,
  ): Waiting<Matched<Incoming<M>, P>>;
  /** The answer to a call: the reply that came by the alias `ref`, or the `down` of that monitor. */
  receive(ref: number): Waiting<ReplyMessage | DownMessage>;
  receive(ref: number, limit: WaitLimit): Waiting<ReplyMessage | DownMessage | undefined>;
  receive(pattern: undefined, limit: WaitLimit): Waiting<Incoming<M> | undefined>;
  receive<const P extends Exclude<Pattern<Incoming<M>>, number>>(
    pattern: P,
    limit: WaitLimit,
  ): Waiting<Matched<Incoming<M>, P> | undefined>;
  receive(pattern?: Pattern<Incoming<M>>, limit?: WaitLimit): Waiting<unknown> {
    const ahead = limit !== undefined && limit.untilUs === undefined && limit.within! > 0;
    const untilUs = this.#limitUs(limit);
    return this.#wait.arm(pattern as Pattern<unknown> | undefined, untilUs, false, ahead, limit?.dueUs);
  }

  /** Waits `ms`; messages stay in the mailbox. */
  sleep(ms: number): Waiting<undefined> {
    return this.#wait.arm(undefined, this.#limitUs({ within: ms }), true) as Waiting<undefined>;
  }

  /**
   * Waits until `untilUs`; messages stay in the mailbox. `dueUs`: when the work that begins then is due; default: the
   * deadline of the work at hand.
   */
  sleepUntil(untilUs: number, dueUs?: number): Waiting<undefined> {
    return this.#wait.arm(undefined, finite(untilUs), true, false, dueUs) as Waiting<undefined>;
  }

  /** In the middle of long work: lets everybody run who is more urgent. Where nothing has a deadline, all in turn. */
  yield(): Waiting<undefined> {
    this.#process.taken = MESSAGES_IN_ONE_GO;
    return this.#wait.arm(undefined, 0, true) as Waiting<undefined>;
  }

  /** Copies `message` to a process or a name. Never blocks; for the dead it has no effect. */
  send(to: Pid | string, message: unknown, options?: SendOptions): void {
    if (options === undefined) this.#cell.send(to, message, this.#process.deadlineUs);
    else {
      const { deadlineUs = this.#process.deadlineUs, alias } = options;
      this.#cell.send(to, message, deadlineUs === undefined ? undefined : finite(deadlineUs), alias);
    }
  }

  /** Sends after `ms`, unless this process ends before; returns a handle for `cancel`. */
  sendAfter(ms: number, to: Pid | string, message: unknown): number {
    return this.#cell.sendAfter(ms * 1000, to, message, this.#process);
  }

  /** False when it was sent already. */
  cancel(timer: number): boolean {
    return this.#cell.cancelTimer(timer);
  }

  /** A process in this cell; arguments are copied. */
  spawn<A extends readonly unknown[], B = never>(body: Body<A, B>, args: A, options?: SpawnOptions): Pid {
    return this.#cell.spawn(body, args, options);
  }

  spawnLink<A extends readonly unknown[], B = never>(body: Body<A, B>, args: A, options?: SpawnOptions): Pid {
    const pid = this.spawn(body, args, options);
    this.link(pid);
    return pid;
  }

  /**
   * A process in another cell, by module and export: `const pid = yield* self.spawnIn("climate", { module, name },
   * args)`. Throws `SpawnInError` when there is no such cell, when it cannot load that, and after `within`
   * (5 s by default).
   */
  spawnIn(
    cell: string,
    body: SpawnRequest["body"],
    args: readonly unknown[] = [],
    options: SpawnInOptions = {},
  ): Generator<Wait, Pid, void> {
    return spawnIn(this, cell, body, args, options);
  }

  link(pid: Pid): void {
    this.#cell.link(this.#process, pid);
  }

  unlink(pid: Pid): void {
    this.#cell.unlink(this.#process, pid);
  }

  /** Sends one `down` message when `pid` ends; at once with `noproc` when it has ended. */
  monitor(pid: Pid): number {
    return this.#cell.monitor(this.#process, pid);
  }

  /** Also removes what has arrived because of it: a `down`, or a reply that it was the alias of. */
  demonitor(ref: number): void {
    if (!this.#cell.demonitor(this.#process, ref)) this.#process.mailbox.take(ref);
  }

  /** Exit signals become `exit` messages. `kill` does not. */
  trapExit(trap = true): void {
    this.#process.trapExit = trap;
  }

  /** Asks another process, or this one, to end; this one ends at its next wait. */
  exit(pid: Pid, reason: ExitReason): void {
    this.#cell.exit(this.#process, pid, reason);
  }

  /** Ends it whatever it does; its links see `killed`. */
  kill(pid: Pid): void {
    this.exit(pid, "kill");
  }

  /** Throws when this cell knows another holder; a race with another cell ends the loser with `nameTaken`. */
  register(name: string): void {
    this.#cell.register(this.#process, name);
  }

  /** As `register`; boards that are linked with this one may look the name up, too. */
  publish(name: string): void {
    this.#cell.register(this.#process, name, "public");
  }

  unregister(name: string): void {
    this.#cell.unregister(this.#process, name);
  }

  whereis(name: string): Pid | undefined {
    return this.#cell.names.whereis(name);
  }

  /** Joins a process group of the board, and of boards that have it in common with this one (`links.groups`); who joins twice is in it twice. Out of it when this process ends. */
  join(group: string): void {
    this.#cell.groups.join(this.pid, group);
  }

  /** Takes one join back; false when there is none. */
  leave(group: string): boolean {
    return this.#cell.groups.leave(this.pid, group);
  }

  /** Members on the whole board and on boards that share the group, as far as this cell has heard; twice who joined twice. */
  members(group: string): readonly Pid[] {
    return this.#cell.groups.members(group);
  }

  /** Members in this cell. */
  localMembers(group: string): readonly Pid[] {
    return this.#cell.groups.localMembers(group);
  }

  /**
   * The present members, and from now on a `GroupMessage` for each change. These take places in the mailbox:
   * when it is full a last one says `lost`, and the monitor is closed.
   */
  monitorGroup(group: string): { readonly ref: number; readonly members: readonly Pid[] } {
    return this.#cell.monitorGroup(this.#process, group);
  }

  /** Also removes what has arrived because of it. */
  demonitorGroup(ref: number): void {
    this.#cell.groups.demonitor(this.pid, ref);
    while (this.#process.mailbox.take({ type: "group", ref }) !== undefined);
  }

  /**
   * A fact for whoever looks at this process, or at another of this cell, and for its crash report:
   * `self.note({ mode: "reduced" })`, `self.note({ restarts: 2 }, child)`. At most 16; throws RangeError.
   */
  note(facts: Facts, pid: Pid = this.pid): void {
    this.#cell.note(pid, facts);
  }

  /** A function that code outside processes (a socket's callback) uses to send here. Event cells only. */
  poster<T = M>(): (message: T) => void {
    return (message) => this.#cell.post(this.pid, message);
  }

  /** What the version before left to this process: it goes on from there. `undefined` for a beginning. */
  get inherited(): unknown {
    return this.#cell.inherited;
  }

  /**
   * For the behaviour of new code on trial: `checkpoint` gives the state as the version before would have it, and
   * `undefined` in the middle of a message's handling. Asked whenever this process waits.
   */
  checkpoints(checkpoint: () => Checkpoint | undefined): void {
    this.#cell.checkpoint = checkpoint;
  }

  /** What the cell was given at its start (hardware, for one); the same object for all its processes. */
  get resources(): CellResources {
    return this.#cell.resources;
  }

  /** The deadline lent by the message at hand, us; `Infinity` when there is none. */
  get deadlineUs(): number {
    return this.#process.deadlineUs ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Work from here on is this process's own, in its own band, and due by `deadlineUs`; past `hardDeadlineUs` the
   * cell is ended as hung.
   */
  work(deadlineUs: number, hardDeadlineUs = Number.POSITIVE_INFINITY): void {
    this.#cell.work(this.#process, finite(deadlineUs), finite(hardDeadlineUs));
  }

  /**
   * Longest time that one resume in this cell may take from the next one on, us: past it the cell is ended as hung. For
   * whoever the cell was started for; a life of its own begins with what its specification says.
   */
  limitSlices(longestUs: number): void {
    this.#cell.hangLimitUs = longestUs;
  }

  #limitUs(limit: WaitLimit | undefined): number | undefined {
    if (limit === undefined) return undefined;
    const within =
      limit.within === undefined ? Number.POSITIVE_INFINITY : limit.within * 1000 + this.#cell.nowUs();
    return finite(Math.min(within, limit.untilUs ?? Number.POSITIVE_INFINITY));
  }
}
