/**
 * The kernel of a board whose cells are threads and processes. It lives on the main thread: it starts cells,
 * joins each to each by a port, keeps the names, and tells everybody when a cell ended, in this order: drain
 * what it said, take back what it held (`hooks.ended`), release its names, fire links and monitors.
 */
import { crashDetails } from "../introspection/crash-details.ts";
import type { Inquiry } from "../introspection/inquiry.ts";
import { Inspection } from "../introspection/inspection.ts";
import type { CellStatus, ThreadReport } from "../introspection/report.ts";
import { Cell } from "../process/cell.ts";
import { crashReason, type ExitReason } from "../process/exit-reason.ts";
import { Groups, type Membership } from "../process/groups.ts";
import { Names } from "../process/names.ts";
import { pack } from "../process/pack.ts";
import {
  createPid,
  exportPid,
  importPid,
  isOfCell,
  type Pid,
  randomKey,
  type WirePid,
} from "../process/pid.ts";
import { spawnerName } from "../process/spawn-in.ts";
import type { Clock } from "../time/clock.ts";
import { readThreadTime } from "../time/thread-time.ts";
import type { WatchedCell } from "../watchdog/cell-watch.ts";
import { BoardWays } from "./board-ways.ts";
import type { CellHost } from "./cell-host.ts";
import { CellHosts } from "./cell-hosts.ts";
import { type CellEnd, openWay } from "./cell-way.ts";
import { ChangedCode, type NewCode, type TrialNews, type TrialOptions } from "./code-change.ts";
import { type ControlFrame, isControl, type PeerLink, type PortFrame } from "./control-frame.ts";
import { EventLoop } from "./event-loop.ts";
import { GroupRegistry } from "./group-registry.ts";
import type { InterruptedCode } from "./interrupted-code.ts";
import type { CellSpec, Kernel, KernelHooks } from "./kernel.ts";
import { KERNEL_CELL } from "./kernel-cell.ts";
import { NameRegistry } from "./name-registry.ts";
import { PortPeer } from "./port-peer.ts";
import { createProgressMemory, ProgressReader } from "./progress-word.ts";
import { refuseSharedMemory } from "./shared-memory.ts";
import { SPAWNER } from "./spawner.ts";
import type { CellStart } from "./thread-start.ts";
import { TrialDesk } from "./trial-desk.ts";

/** A cell that is not ready after this long hangs: no watchdog sees code that runs before the first process. */
const BOOT_LIMIT_MS = 30_000;

/** A cell as the kernel knows it. */
interface Running {
  spec: CellSpec;
  readonly keys: CellStart["keys"];
  readonly end: CellEnd;
  progress: SharedArrayBuffer;
  readonly peer: PortPeer;
  host: CellHost | undefined;
  cause: ExitReason | undefined;
  /** Number of the process that it was ended for. */
  culprit: number | undefined;
  over: boolean;
  /** Its cell is there, and answers. */
  ready: boolean;
  /** It holds a slot of those that boot. */
  booting: boolean;
  bootLimit: NodeJS.Timeout | undefined;
  thread: ThreadReport | undefined;
}

/** What a cell starts with, before its hardware was prepared. */
type Boot = Omit<CellStart, "kernel" | "prepared">;

export interface ThreadKernelOptions {
  readonly board: string;
  readonly clock: Clock;
  readonly hooks?: KernelHooks;
  /** The program of a cell's thread; default: one that loads body and setup by their URLs. */
  readonly program?: (spec: CellSpec) => URL;
  /** Warm threads to keep for cells like this one, about 10 MB each. Default: none. */
  readonly spares?: (spec: CellSpec) => number;
  /** How long a cell may load its code. Default 30 s. */
  readonly bootLimitMs?: number;
  /** Told where a life can be watched. */
  readonly onStarted?: (cell: WatchedCell) => void;
}

export class ThreadKernel implements Kernel {
  readonly cell: Cell;
  readonly #inspection: Inspection;
  readonly #options: ThreadKernelOptions;
  readonly #loop: EventLoop;
  readonly #hosts: CellHosts;
  readonly #cells = new Map<string, Running>();
  readonly #lives = new Map<string, number>();
  readonly #names = new Names();
  readonly #registry: NameRegistry;
  readonly #boards = new BoardWays();
  readonly #groups = new Groups();
  readonly #groupRegistry = new GroupRegistry((membership) => {
    const { group, pid, times } = membership;
    if (pid.cell !== KERNEL_CELL) this.#groups.told(group, importPid(pid), times);
    this.#tellAll({ control: "member", membership }, pid.cell);
  });
  readonly #end: CellEnd;
  readonly #trials: TrialDesk;
  readonly #changed = new ChangedCode();
  #isStopped = false;

  constructor(options: ThreadKernelOptions) {
    this.#options = options;
    this.#hosts = new CellHosts({ bootLimitMs: BOOT_LIMIT_MS, ...options });
    this.#end = { cell: KERNEL_CELL, incarnation: 1, bell: new SharedArrayBuffer(4), foreign: false };
    this.#registry = new NameRegistry({
      named: (name, pid, scope) => {
        if (!isOfCell(pid, KERNEL_CELL)) this.#names.added(name, importPid(pid), scope);
        this.#tellOthers({ control: "named", name, pid, scope }, pid);
      },
      unnamed: (name, pid) => {
        this.#names.removed(name, importPid(pid));
        this.#tellOthers({ control: "unnamed", name, pid }, pid);
      },
      refused: (name, pid) => this.cell.exit(undefined, pid, { nameTaken: name }),
    });
    this.cell = new Cell({
      board: options.board,
      cell: KERNEL_CELL,
      incarnation: 1,
      clock: options.clock,
      names: this.#names,
      groups: this.#groups,
      onWake: () => this.#loop.wake(),
      onUnknownPeer: ({ life }) => {
        if (life !== undefined) for (const running of this.#cells.values()) this.#drain(running);
      },
      onNotGiven: (from) => {
        const by = this.#boards.by(from);
        if (by !== undefined) this.#cells.get(by)?.peer.post({ control: "notGiven", board: from });
      },
      onCrash: (report, dead) => {
        options.hooks?.crashed?.({ name: KERNEL_CELL, incarnation: 1 }, crashDetails(report, dead));
      },
    });
    this.#inspection = new Inspection(this.cell, readThreadTime);
    this.#names.connect({
      claim: (name, pid, scope) => this.#registry.claim(name, exportPid(pid), scope),
      release: (name, pid) => this.#registry.release(name, exportPid(pid)),
    });
    this.#groups.connect({
      membership: (group, pid, times) => this.#groupRegistry.set({ group, pid: exportPid(pid), times }),
    });
    this.#loop = new EventLoop(this.cell);
    this.#trials = new TrialDesk({
      board: options.board,
      hosts: this.#hosts,
      hooks: options.hooks ?? {},
      bootLimitMs: options.bootLimitMs ?? BOOT_LIMIT_MS,
      onStarted: (cell) => options.onStarted?.(cell),
      become: (name, spec, code, host, progress) => {
        const running = this.#cells.get(name)!;
        this.#changed.keep(name, running.spec, code);
        running.spec = spec;
        running.host = host;
        running.progress = progress;
        if (running.cause !== undefined) void host.end();
      },
      // Unless the next version has taken over from it.
      over: (name, host, cause) => {
        const running = this.#cells.get(name);
        if (running?.host === host) this.#ended(running, cause);
      },
    });
  }

  /** Warm threads that wait for a cell. */
  get spareCount(): number {
    return this.#hosts.spareCount;
  }

  startCell(given: CellSpec): Pid {
    const spec = this.#changed.specOf(given);
    const { args, ...rest } = spec;
    const { name } = rest;
    const foreign = spec.kind === "child";
    const packed = pack(args).packed;
    if (foreign) refuseSharedMemory(packed.body);
    if (this.#cells.has(name) || name === KERNEL_CELL) throw new Error(`cell "${name}" is running already`);
    const incarnation = (this.#lives.get(name) ?? 0) + 1;
    this.#lives.set(name, incarnation);
    const { board } = this.#options;
    const home = { board, cell: name, incarnation };
    const keys = { root: randomKey(), spawner: randomKey() };
    const end = { cell: name, incarnation, bell: new SharedArrayBuffer(4), foreign };
    const [toCell, toKernel] = openWay(end, this.#end);
    const progress = createProgressMemory(spec.externalMb);
    const running: Running = {
      spec,
      keys,
      end,
      progress,
      peer: new PortPeer(toCell),
      host: undefined,
      cause: undefined,
      culprit: undefined,
      over: false,
      ready: false,
      booting: false,
      bootLimit: undefined,
      thread: undefined,
    };
    this.#introduce(running);
    this.#cells.set(name, running);
    this.cell.peerUp(name, running.peer);
    running.peer.listen((frame) => this.#onFrame(running, frame));
    this.#registry.claim(spawnerName(name), exportPid(createPid(home, SPAWNER, undefined, keys.spawner)));
    const boot: Boot = { spec: rest, args: packed, board, incarnation, keys, bell: end.bell, progress };
    if (this.#hosts.isWarm(spec)) void this.#launch(running, toKernel, boot);
    else {
      this.#hosts.boots.enter(() => {
        running.booting = true;
        void this.#launch(running, toKernel, boot);
      });
    }
    return createPid(home, 1, undefined, keys.root);
  }

  endCell(name: string, incarnation: number, cause: ExitReason, culprit?: number): void {
    if (this.#trials.endLife(name, incarnation, cause)) return;
    const running = this.#cells.get(name);
    if (running?.end.incarnation !== incarnation) return;
    running.cause ??= cause;
    running.culprit ??= culprit;
    // Not launched yet: `#launch` sees the cause.
    void running.host?.end();
  }

  /** What the code of that life does at this moment, though it never returns; `undefined` when it does not tell in time. */
  async interrupt(name: string, incarnation: number, limitMs: number): Promise<InterruptedCode | undefined> {
    const running = this.#cells.get(name);
    const host =
      this.#trials.hostOf(name, incarnation) ??
      (running?.end.incarnation === incarnation ? running.host : undefined);
    return host?.interrupt(limitMs);
  }

  changeCell(name: string, code: NewCode, options: TrialOptions, tell: (news: TrialNews) => void): void {
    const running = this.#cells.get(name);
    if (running === undefined || running.cause !== undefined) throw new Error(`cell "${name}" does not run`);
    const { spec, end, keys, peer } = running;
    const ways = {
      spec,
      end,
      keys,
      post: (frame: ControlFrame) => void peer.post(frame),
      drain: () => this.#drain(running),
    };
    this.#trials.begin(ways, code, options, tell);
  }

  /**
   * Boots a thread for a change of this cell's code, ahead of it: the cell then stands still for as long as the hand-over
   * takes, and not for a boot. No effect for a cell that does not run.
   */
  warm(name: string, code: NewCode): void {
    const running = this.#cells.get(name);
    if (running !== undefined) this.#hosts.warm({ ...running.spec, ...code });
  }

  /** Whether such a thread waits. */
  isWarm(name: string, code: NewCode): boolean {
    const running = this.#cells.get(name);
    return running !== undefined && this.#hosts.isWarm({ ...running.spec, ...code });
  }

  passTrial(name: string): boolean {
    return this.#trials.pass(name);
  }

  rollBack(name: string, why: string): boolean {
    return this.#trials.rollBack(name, { shutdown: why });
  }

  cells(): readonly CellStatus[] {
    const nowUs = this.#options.clock.now();
    const kernel = {
      cell: KERNEL_CELL,
      incarnation: 1,
      restarts: 0,
      booting: false,
      resumes: null,
      running: null,
    };
    const others = [...this.#cells.values()].map(({ spec, end, ready, progress, thread }) => {
      const { name: cell, loop = "blocking" } = spec;
      const { incarnation } = end;
      const reader = new ProgressReader(progress);
      const lateUs = reader.lateUs(nowUs);
      const running = lateUs === undefined ? null : { process: reader.processNumber(), lateUs };
      const resumes = reader.resumes();
      const status = {
        cell,
        incarnation,
        restarts: incarnation - 1,
        loop,
        booting: !ready,
        resumes,
        running,
      };
      return thread === undefined ? status : { ...status, thread };
    });
    return [{ ...kernel, loop: "event" }, ...others];
  }

  ask(cell: string, inquiry: Inquiry, to: Pid, ref: number): void {
    if (cell === KERNEL_CELL) this.cell.post(to, this.#inspection.message(inquiry, ref));
    else this.#cells.get(cell)?.peer.post({ control: "inquire", inquiry, to: exportPid(to), ref });
  }

  /** Ends every cell and the kernel's own loop. */
  async stop(): Promise<void> {
    this.#loop.stop();
    this.#isStopped = true;
    for (const running of this.#cells.values()) running.cause ??= "shutdown";
    const hosts = [...this.#cells.values()].map(({ host }) => host);
    await Promise.all([this.#hosts.stop(), this.#trials.stop(), ...hosts.map((host) => host?.end())]);
  }

  /**
   * Tells all others of a new cell, and it of them. Both ends of each way leave at once, by the kernel's ports: an
   * end that is kept closes when the other's cell dies, and a closed port cannot be handed to a new thread.
   */
  #introduce({ end, peer }: Running): void {
    for (const other of this.#cells.values()) {
      const [toUs, toThem] = openWay(end, other.end);
      other.peer.post({ control: "peerUp", link: toUs });
      peer.post({ control: "peerUp", link: toThem });
    }
    for (const entry of this.#registry.entries()) peer.post({ control: "named", ...entry });
    for (const membership of this.#groupRegistry.entries()) peer.post({ control: "member", membership });
  }

  async #launch(running: Running, toKernel: PeerLink, boot: Boot): Promise<void> {
    const { spec, end } = running;
    try {
      const life = { name: spec.name, incarnation: end.incarnation };
      const prepared = await this.#options.hooks?.prepare?.(life, new Int32Array(end.bell));
      // Whoever hears of the ends that a stop brings may start something anew.
      if (this.#isStopped) running.cause ??= "shutdown";
      if (running.cause === undefined) this.#begin(running, { ...boot, kernel: toKernel, prepared });
    } catch (error) {
      running.cause ??= crashReason(error);
    }
    if (running.host !== undefined) return;
    toKernel.port.close();
    this.#over(running, undefined);
  }

  #begin(running: Running, start: CellStart): void {
    const { spec } = running;
    const { incarnation, progress } = start;
    const life = { name: spec.name, incarnation };
    const host = this.#hosts.create(spec, {
      loaded: () => {},
      // A thread whose cell went over to a new version ends unnoticed.
      ended: (cause) => {
        if (running.host === host) this.#ended(running, cause);
      },
      logged: (record) => this.#options.hooks?.logged?.(life, record),
    });
    running.host = host;
    const end = () => this.endCell(spec.name, incarnation, "hung");
    running.bootLimit = setTimeout(end, this.#options.bootLimitMs ?? BOOT_LIMIT_MS);
    try {
      host.begin(start);
      const bell = spec.kind !== "child" && spec.loop !== "event" ? { bell: start.bell } : {};
      this.#options.onStarted?.({ cell: spec.name, incarnation, progress, ...bell });
    } catch (error) {
      // Something cannot be sent: its thread never hears of this life.
      start.kernel.port.close();
      this.endCell(spec.name, incarnation, crashReason(error));
    }
  }

  #booted(running: Running): void {
    clearTimeout(running.bootLimit);
    if (!running.booting) return;
    running.booting = false;
    this.#hosts.boots.leave();
  }

  /** It may have handed over as its last word. */
  #ended(running: Running, cause: ExitReason | undefined): void {
    const { host } = running;
    this.#drain(running);
    if (running.host === host) this.#over(running, cause);
  }

  /** `cause`: as its host knows it; what it said itself, and what it was ended for, come first. */
  #over(running: Running, cause: ExitReason | undefined): void {
    if (running.over) return;
    running.over = true;
    this.#booted(running);
    const { peer, end, spec } = running;
    const { incarnation } = end;
    this.#drain(running);
    peer.close();
    const why = running.cause ?? cause ?? "killed";
    this.#cells.delete(spec.name);
    this.#trials.cellOver(spec.name, why);
    const culprit = running.culprit ?? new ProgressReader(running.progress).running();
    this.#options.hooks?.ended?.({ name: spec.name, incarnation }, why, culprit);
    this.#registry.releaseCell(spec.name, incarnation);
    this.#groupRegistry.releaseCell(spec.name, incarnation);
    this.#tellAll({ control: "peerDown", cell: spec.name, incarnation, cause: why }, spec.name);
    this.cell.peerDown(spec.name, incarnation, why);
    this.#boards.cellDown(this.cell, spec.name);
    this.#loop.wake();
  }

  #drain(running: Running): void {
    running.peer.drain((frame) => this.#onFrame(running, frame));
  }

  #onFrame(running: Running, frame: PortFrame): void {
    if (!isControl(frame)) {
      this.cell.deliver(frame);
      this.#loop.wake();
      return;
    }
    const { spec, end } = running;
    const life = { name: spec.name, incarnation: end.incarnation };
    switch (frame.control) {
      case "thread":
        running.thread = frame.thread;
        break;
      case "ready":
        running.ready = true;
        this.#booted(running);
        this.#hosts.replenish(spec);
        break;
      case "claim":
        this.#registry.claim(frame.name, frame.pid, frame.scope, spec.name);
        break;
      case "release":
        this.#registry.release(frame.name, frame.pid);
        break;
      case "boardUp":
        this.#boards.up(this.cell, frame, (abroad) => running.peer.post(abroad));
        break;
      case "boardDown":
        this.#boards.down(this.cell, frame.board, frame.life);
        this.#loop.wake();
        break;
      case "cellDown":
        this.cell.cellDownAbroad(frame.down);
        this.#loop.wake();
        break;
      case "member":
        this.#member(frame.membership);
        break;
      case "crash":
        this.#options.hooks?.crashed?.(life, frame.report);
        break;
      case "log":
        this.#options.hooks?.logged?.(life, frame.record);
        break;
      case "ended":
        running.cause ??= frame.reason;
        break;
      case "trialLive":
      case "trialFailed":
      case "rolledBack":
      case "handedOver":
        this.#trials.onFrame(spec.name, frame);
        break;
    }
  }

  /** Of another board each cell is told by the one that speaks with it. */
  #member(membership: Membership): void {
    const { group, pid, times } = membership;
    if (pid.life === undefined) this.#groupRegistry.set(membership);
    else this.#groups.told(group, importPid(pid), times);
    this.#loop.wake();
  }

  #tellAll(frame: ControlFrame, except: string): void {
    for (const { spec, peer } of this.#cells.values()) if (spec.name !== except) peer.post(frame);
  }

  /** All but the cell of that process, which knows. */
  #tellOthers(frame: ControlFrame, pid: WirePid): void {
    for (const { spec, peer } of this.#cells.values()) if (!isOfCell(pid, spec.name)) peer.post(frame);
  }
}
