/**
 * The kernel of a board whose cells are threads. It lives on the main thread: it starts cells, joins each
 * to each by a port, keeps the names, and tells everybody when a cell ended, in this order: drain what it
 * said, take back what it held (`hooks.ended`), release its names, fire links and monitors.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MessageChannel, Worker } from "node:worker_threads";
import { Cell } from "../process/cell.ts";
import { crashReason, type ExitReason } from "../process/exit-reason.ts";
import { Names } from "../process/names.ts";
import { pack } from "../process/pack.ts";
import { createPid, exportPid, importPid, type Pid, randomKey } from "../process/pid.ts";
import type { Clock } from "../time/clock.ts";
import type { ControlFrame, PeerLink, PortFrame } from "./control-frame.ts";
import { isControl } from "./control-frame.ts";
import { EventLoop } from "./event-loop.ts";
import type { CellSpec, Kernel, KernelHooks } from "./kernel.ts";
import { NameRegistry } from "./name-registry.ts";
import { PortPeer } from "./port-peer.ts";
import { createProgressMemory } from "./progress-word.ts";
import type { ThreadStart } from "./thread-main.ts";

const KERNEL_CELL = "kernel";
const DEFAULT_HEAP_MB = 32;
/** Threads that load their code at the same time: more only take the cores from each other and from the watchdog. */
const BOOTS_AT_ONCE = 2;
/** A thread that is not ready after this long hangs: no watchdog sees code that runs before the first process. */
const BOOT_LIMIT_MS = 30_000;

/** A cell's thread as the kernel knows it. */
interface Running {
  readonly spec: CellSpec;
  readonly incarnation: number;
  readonly bell: SharedArrayBuffer;
  readonly progress: SharedArrayBuffer;
  readonly peer: PortPeer;
  worker: Worker | undefined;
  cause: ExitReason | undefined;
  over: boolean;
  booting: boolean;
  bootLimit: NodeJS.Timeout | undefined;
}

/** What a thread starts with, before its hardware was prepared. */
type Boot = Omit<ThreadStart, "kernel" | "prepared">;

export interface ThreadKernelOptions {
  readonly board: string;
  readonly clock: Clock;
  readonly hooks?: KernelHooks;
  /** The program of a cell's thread; default: one that loads body and setup by their URLs. */
  readonly program?: (spec: CellSpec) => URL;
  /** How long a cell's thread may load its code. Default 30 s. */
  readonly bootLimitMs?: number;
  /** Told which progress memory belongs to which life, so that a watchdog can read it. */
  readonly onStarted?: (name: string, incarnation: number, progress: SharedArrayBuffer) => void;
}

export class ThreadKernel implements Kernel {
  readonly cell: Cell;
  readonly #options: ThreadKernelOptions;
  readonly #loop: EventLoop;
  readonly #cells = new Map<string, Running>();
  readonly #lives = new Map<string, number>();
  readonly #names: Names;
  readonly #registry: NameRegistry;
  readonly #bell = new SharedArrayBuffer(4);
  readonly #waiting: (() => void)[] = [];
  #boots = 0;

  constructor(options: ThreadKernelOptions) {
    this.#options = options;
    this.#names = new Names();
    this.#registry = new NameRegistry({
      named: (name, pid) => {
        if (pid.cell !== KERNEL_CELL) this.#names.added(name, importPid(pid));
        this.#tellAll({ control: "named", name, pid }, pid.cell);
      },
      unnamed: (name, pid) => {
        this.#names.removed(name, importPid(pid));
        this.#tellAll({ control: "unnamed", name, pid }, pid.cell);
      },
      refused: (name, pid) => this.cell.exit(undefined, pid, { nameTaken: name }),
    });
    this.cell = new Cell({
      board: options.board,
      cell: KERNEL_CELL,
      incarnation: 1,
      clock: options.clock,
      names: this.#names,
      onWake: () => this.#loop.wake(),
      onCrash: (report) => options.hooks?.crashed?.({ name: KERNEL_CELL, incarnation: 1 }, report),
    });
    this.#names.connect({
      claim: (name, pid) => this.#registry.claim(name, exportPid(pid)),
      release: (name, pid) => this.#registry.release(name, exportPid(pid)),
    });
    this.#loop = new EventLoop(this.cell);
  }

  startCell(spec: CellSpec): Pid {
    const { args, ...rest } = spec;
    const { name } = rest;
    const packed = pack(args).packed;
    if (this.#cells.has(name) || name === KERNEL_CELL) throw new Error(`cell "${name}" is running already`);
    const incarnation = (this.#lives.get(name) ?? 0) + 1;
    this.#lives.set(name, incarnation);
    const home = { board: this.#options.board, cell: name, incarnation };
    const rootKey = randomKey();
    const bell = new SharedArrayBuffer(4);
    const [toCell, toKernel] = this.#join(
      { cell: name, incarnation, bell },
      { cell: KERNEL_CELL, incarnation: 1, bell: this.#bell },
    );
    const peer = new PortPeer(toCell);
    const running: Running = {
      spec,
      incarnation,
      bell,
      progress: createProgressMemory(),
      peer,
      worker: undefined,
      cause: undefined,
      over: false,
      booting: false,
      bootLimit: undefined,
    };
    // Both ends leave at once, by the kernel's ports: an end that is kept closes when the other's cell dies, and
    // a closed port cannot be handed to a new thread.
    for (const other of this.#cells.values()) {
      const them = { cell: other.spec.name, incarnation: other.incarnation, bell: other.bell };
      const [toUs, toThem] = this.#join({ cell: name, incarnation, bell }, them);
      other.peer.post({ control: "peerUp", link: toUs });
      peer.post({ control: "peerUp", link: toThem });
    }
    this.#cells.set(name, running);
    this.cell.peerUp(name, peer);
    peer.listen((frame) => this.#onFrame(running, frame));
    const { board } = this.#options;
    const start = { spec: rest, args: packed, board, incarnation, rootKey, bell, progress: running.progress };
    this.#waiting.push(() => void this.#launch(running, toKernel, start));
    running.booting = true;
    this.#bootNext();
    return createPid(home, 1, undefined, rootKey);
  }

  endCell(name: string, incarnation: number, cause: ExitReason): void {
    const running = this.#cells.get(name);
    if (running?.incarnation !== incarnation) return;
    running.cause ??= cause;
    // Not launched yet: `#launch` sees the cause.
    if (running.worker === undefined) return;
    void running.worker.terminate();
  }

  /** Ends every cell and the kernel's own loop. */
  async stop(): Promise<void> {
    this.#loop.stop();
    this.#waiting.length = 0;
    for (const running of this.#cells.values()) running.cause ??= "shutdown";
    const workers = [...this.#cells.values()].map(({ worker }) => worker);
    await Promise.all(workers.map((worker) => worker?.terminate()));
  }

  async #launch(running: Running, toKernel: PeerLink, start: Boot): Promise<void> {
    const { spec, incarnation } = running;
    try {
      const life = { name: spec.name, incarnation };
      const prepared = await this.#options.hooks?.prepare?.(life, new Int32Array(running.bell));
      if (running.cause === undefined) this.#begin(running, { ...start, kernel: toKernel, prepared });
    } catch (error) {
      running.cause ??= crashReason(error);
    }
    if (running.worker !== undefined) return;
    toKernel.port.close();
    this.#over(running);
  }

  /** Throws when something in `start` cannot be sent. */
  #begin(running: Running, start: ThreadStart): void {
    const { spec, incarnation, progress } = running;
    const worker = new Worker(this.#options.program?.(spec) ?? threadEntry(), {
      workerData: start,
      transferList: [start.kernel.port],
      name: spec.name,
      resourceLimits: { maxOldGenerationSizeMb: spec.heapMb ?? DEFAULT_HEAP_MB, maxYoungGenerationSizeMb: 4 },
    });
    running.worker = worker;
    const end = () => this.endCell(spec.name, incarnation, "hung");
    running.bootLimit = setTimeout(end, this.#options.bootLimitMs ?? BOOT_LIMIT_MS);
    for (const [name, pid] of this.#registry.entries()) running.peer.post({ control: "named", name, pid });
    worker.on("error", (error: Error & { code?: string }) => {
      const memory = error.code === "ERR_WORKER_OUT_OF_MEMORY";
      running.cause ??= memory ? "outOfMemory" : crashReason(error);
    });
    worker.on("exit", () => this.#over(running));
    this.#options.onStarted?.(spec.name, incarnation, progress);
  }

  #bootNext(): void {
    while (this.#boots < BOOTS_AT_ONCE) {
      const launch = this.#waiting.shift();
      if (launch === undefined) return;
      this.#boots++;
      launch();
    }
  }

  #booted(running: Running): void {
    if (!running.booting) return;
    running.booting = false;
    clearTimeout(running.bootLimit);
    this.#boots--;
    this.#bootNext();
  }

  #over(running: Running): void {
    if (running.over) return;
    running.over = true;
    this.#booted(running);
    const { spec, incarnation, peer } = running;
    peer.drain((frame) => this.#onFrame(running, frame));
    peer.close();
    const cause = running.cause ?? "killed";
    this.#cells.delete(spec.name);
    this.#options.hooks?.ended?.({ name: spec.name, incarnation }, cause);
    this.#registry.releaseCell(spec.name, incarnation);
    this.#tellAll({ control: "peerDown", cell: spec.name, incarnation, cause }, spec.name);
    this.cell.peerDown(spec.name, incarnation, cause);
    this.#loop.wake();
  }

  #onFrame(running: Running, frame: PortFrame): void {
    if (!isControl(frame)) {
      this.cell.deliver(frame);
      this.#loop.wake();
      return;
    }
    const { spec, incarnation } = running;
    switch (frame.control) {
      case "ready":
        this.#booted(running);
        break;
      case "claim":
        this.#registry.claim(frame.name, frame.pid);
        break;
      case "release":
        this.#registry.release(frame.name, frame.pid);
        break;
      case "crash":
        this.#options.hooks?.crashed?.({ name: spec.name, incarnation }, frame.report);
        break;
      case "ended":
        running.cause ??= frame.reason;
        break;
    }
  }

  #tellAll(frame: ControlFrame, except: string): void {
    for (const { spec, peer } of this.#cells.values()) if (spec.name !== except) peer.post(frame);
  }

  /** Two ends of a new way: the link by which `b` is to know `a`, and the one by which `a` is to know `b`. */
  #join(a: Omit<PeerLink, "port" | "credit" | "side">, b: typeof a): [PeerLink, PeerLink] {
    const { port1, port2 } = new MessageChannel();
    const credit = new SharedArrayBuffer(16);
    return [
      { ...a, port: port1, credit, side: 0 },
      { ...b, port: port2, credit, side: 1 },
    ];
  }
}

/** The compiled and the source form stand beside this file under the same name. */
function threadEntry(): URL {
  const compiled = new URL("./thread-entry.js", import.meta.url);
  return existsSync(fileURLToPath(compiled)) ? compiled : new URL("./thread-entry.ts", import.meta.url);
}
