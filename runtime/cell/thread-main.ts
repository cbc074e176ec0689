/**
 * What runs in a cell's thread: connects it, makes its resources, loads its body, and loops.
 *
 * The blocking loop parks the whole thread on its doorbell word between resumes, so no promise, timer or
 * socket ever runs there; the event loop runs Node's and is for code that needs those.
 */
import { Cell } from "../process/cell.ts";
import type { Body, CellResources } from "../process/cell-contract.ts";
import { crashReason, type ExitReason } from "../process/exit-reason.ts";
import { unpack } from "../process/pack.ts";
import { processOf } from "../process/pid.ts";
import type { PackedBody } from "../process/signal.ts";
import { SystemClock } from "../time/system-clock.ts";
import { NICE, setThreadNice } from "../time/thread-priority.ts";
import { runBlocking } from "./blocking-loop.ts";
import { CellPorts } from "./cell-ports.ts";
import type { PeerLink } from "./control-frame.ts";
import { EventLoop } from "./event-loop.ts";
import type { CellSpec, ExportRef } from "./kernel.ts";
import { ProgressWord } from "./progress-word.ts";

/** What the kernel hands to a new thread. */
export interface ThreadStart {
  readonly spec: Omit<CellSpec, "args">;
  readonly args: PackedBody;
  readonly board: string;
  readonly incarnation: number;
  readonly rootKey: string;
  readonly bell: SharedArrayBuffer;
  readonly progress: SharedArrayBuffer;
  /** The way to the kernel; those to other cells come by it. */
  readonly kernel: PeerLink;
  /** Answer of the composition's `prepare`. */
  readonly prepared: unknown;
}

/** What a `setup` export is called with. */
export interface CellEnvironment {
  readonly clock: SystemClock;
  /** Rings when something arrived; whoever waits for an answer from outside waits on word 0. */
  readonly bell: Int32Array;
  readonly data: unknown;
  readonly prepared: unknown;
}

/** Modules that came with the program of the thread, by the name an `ExportRef` has for them. */
export type ThreadModules = Readonly<Record<string, object>>;

/** Runs the cell until it ends, which ends the thread. */
export async function runThread(start: ThreadStart, modules: ThreadModules = {}): Promise<void> {
  const load = async <T>({ module, name }: ExportRef): Promise<T> => {
    const exports = (modules[module] ?? (await import(module))) as Record<string, unknown>;
    const found = exports[name];
    if (typeof found !== "function") throw new TypeError(`${module} exports no function "${name}"`);
    return found as T;
  };
  const { spec, board, incarnation } = start;
  setThreadNice(spec.loop === "event" ? NICE.outside : NICE.cell);
  const clock = new SystemClock();
  const bell = new Int32Array(start.bell);
  const progress = new ProgressWord(start.progress);
  const ports = new CellPorts(start.kernel, spec.loop === "event");
  let resources: CellResources = {};
  let failure: ExitReason | undefined;
  let body: Body | undefined;
  try {
    if (spec.setup !== undefined) {
      const setup = await load<(environment: CellEnvironment) => unknown>(spec.setup);
      const environment = { clock, bell, data: spec.setup.data, prepared: start.prepared };
      resources = (await setup(environment)) as CellResources;
    }
    body = await load<Body>(spec.body);
  } catch (error) {
    failure = crashReason(error);
  }
  if (body === undefined || failure !== undefined) {
    ports.tellKernel({ control: "ended", reason: failure ?? "noproc" });
    process.exit(0);
  }
  let eventLoop: EventLoop | undefined;
  const cell = new Cell({
    board,
    cell: spec.name,
    incarnation,
    clock,
    names: ports.names,
    progress,
    resources,
    ...(spec.hangLimitUs === undefined ? {} : { hangLimitUs: spec.hangLimitUs }),
    endsWithRoot: true,
    onUnknownPeer: () => ports.drainKernel(),
    onCrash: (report) => ports.tellKernel({ control: "crash", report }),
    onWake: () => eventLoop?.wake(),
  });
  ports.connect(cell);
  ports.tellKernel({ control: "ready" });
  const root = cell.spawn(body, unpack(start.args) as unknown[], { label: spec.name }, start.rootKey);
  const rootProcess = processOf(root)!;
  const over = () => rootProcess.state === "dead";
  const finish = () => {
    ports.tellKernel({ control: "ended", reason: rootProcess.exitReason ?? "normal" });
    process.exit(0);
  };
  if (spec.loop === "event") {
    eventLoop = new EventLoop(cell, { after: () => over() && finish() });
    ports.listen(() => eventLoop?.wake());
    eventLoop.wake();
  } else {
    runBlocking({ cell, clock, bell, drain: () => ports.drain(), over });
    finish();
  }
}
