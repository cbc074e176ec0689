/**
 * What runs in a cell's thread: waits warm for its life, connects the cell, makes its resources, loads its body,
 * and loops.
 *
 * The blocking loop parks the whole thread on its doorbell word between resumes, so no promise, timer or
 * socket ever runs there; the event loop runs Node's and is for code that needs those.
 */
import { receiveMessageOnPort } from "node:worker_threads";
import type { FromTrial } from "../code-change/gate-frame.ts";
import { TrialCell } from "../code-change/trial-cell.ts";
import { crashDetails } from "../introspection/crash-details.ts";
import { LastMessages } from "../introspection/last-messages.ts";
import { Cell } from "../process/cell.ts";
import type { Body, CellResources } from "../process/cell-contract.ts";
import { crashReason, type ExitReason } from "../process/exit-reason.ts";
import { unpack } from "../process/pack.ts";
import { processOf } from "../process/pid.ts";
import { BAND, type Process } from "../process/process.ts";
import { spawnerName } from "../process/spawn-in.ts";
import { AtomicsBell } from "../time/atomics-bell.ts";
import { SystemClock } from "../time/system-clock.ts";
import { threadIdOrNone } from "../time/thread-id.ts";
import { describePlace, takePlace } from "../time/thread-place.ts";
import { NICE, setThreadNice } from "../time/thread-priority.ts";
import { setTimerSlack } from "../time/timer-slack.ts";
import { explainBody, guardBlockingCell } from "./blocking-guards.ts";
import { RESUMES_PER_TURN, runBlocking } from "./blocking-loop.ts";
import { BoardGate } from "./board-gate.ts";
import { captureConsole } from "./cell-console.ts";
import { cellPark } from "./cell-park.ts";
import { CellPorts } from "./cell-ports.ts";
import { CollectorPauses } from "./collector-pauses.ts";
import { EventLoop } from "./event-loop.ts";
import { freezeIntrinsics } from "./frozen-intrinsics.ts";
import { answerInterrupts } from "./interrupted-code.ts";
import type { LogRecord } from "./kernel.ts";
import { MemoryFigures } from "./memory-figures.ts";
import { ModuleLoader, type ThreadModules } from "./module-loader.ts";
import { ProgressWord } from "./progress-word.ts";
import { ResumeCount } from "./resume-count.ts";
import { spawner } from "./spawner.ts";
import type { CellEnvironment, CellStart, ThreadStart } from "./thread-start.ts";
import { TrialPorts } from "./trial-ports.ts";
import { warmUp } from "./warm-up.ts";

/** Loading a module on behalf of another cell may take this long before the cell counts as hung, us. */
const LOAD_LIMIT_US = 5_000_000;
/** How often an event cell with a limit outside its heap publishes that though no process runs, ms. */
const FIGURES_MS = 100;
/** How often one without a limit shows that its loop turns, ms. */
const BEAT_MS = 500;

/** Runs the cell until it ends, which ends the thread. */
export async function runThread(thread: ThreadStart, modules: ThreadModules = {}): Promise<void> {
  setThreadNice(NICE.outside);
  const { event } = thread;
  // Node's own timers have whole milliseconds.
  const exactTimers = !event && setTimerSlack(1);
  const clock = new SystemClock();
  const loader = new ModuleLoader(modules);
  warmUp(clock);
  const pauses = new CollectorPauses();
  answerInterrupts(clock, pauses);
  let running = (): string | undefined => undefined;
  let tell = (_: LogRecord) => {};
  captureConsole({ nowUs: () => clock.now(), running: () => running(), tell: (record) => tell(record) });
  if (!event) {
    guardBlockingCell();
    freezeIntrinsics();
  }
  // Loading stood back behind the cells that run; from here on it is one of them.
  setThreadNice(event ? NICE.outside : NICE.cell);
  const start = awaitLife(thread);
  const { spec, board, incarnation } = start;
  const bell = new Int32Array(start.bell);
  const progress = new ProgressWord(start.progress);
  progress.runsIn(threadIdOrNone());
  const onTrial = start.trial === undefined ? undefined : new TrialPorts(start.kernel);
  const ports = onTrial ?? new CellPorts(start.kernel, event);
  tell = (record) => ports.tellKernel({ control: "log", record });
  const finish = (reason: ExitReason) => {
    ports.tellKernel({ control: "ended", reason });
    process.exit(0);
  };
  let resources: CellResources = {};
  let body: Body;
  try {
    if (spec.setup !== undefined) {
      const setup = await loader.load<(environment: CellEnvironment) => unknown>(spec.setup);
      const { data } = spec.setup;
      const boards = ports instanceof CellPorts ? { boards: new BoardGate(ports, clock) } : {};
      const environment = { clock, bell, progress, ...boards, data, prepared: start.prepared };
      resources = (await setup(environment)) as CellResources;
    }
    body = await loader.load<Body>(spec.body);
    const refusal = explainBody(body);
    if (refusal !== undefined) throw refusal;
  } catch (error) {
    return finish(crashReason(error));
  }
  const place = spec.place === undefined ? undefined : takePlace(spec.place);
  if (place !== undefined) {
    const level = place.refused.length > 0 ? "warn" : "info";
    tell({ level, text: describePlace("this cell", place) });
  }
  const spins = !event && start.spin !== undefined;
  ports.tellKernel({
    control: "thread",
    thread: { exactTimers, spins, ...(place === undefined ? {} : { place }) },
  });
  let eventLoop: EventLoop | undefined;
  let trial: TrialCell | undefined;
  const resumes = new ResumeCount(progress);
  const { lastMessages = 0 } = spec;
  const kept = lastMessages > 0 ? new LastMessages(lastMessages) : undefined;
  const cell = new Cell({
    board,
    cell: spec.name,
    incarnation,
    clock,
    names: ports.names,
    groups: ports.groups,
    progress: onTrial === undefined ? progress : resumes,
    resources,
    ...(spec.hangLimitUs === undefined ? {} : { hangLimitUs: spec.hangLimitUs }),
    ...(spec.band === undefined ? {} : { band: spec.band }),
    endsWithRoot: true,
    onUnknownPeer: ({ life }) => (life === undefined ? ports.drainKernel() : ports.drain()),
    onNotGiven: (from) => ports.notGiven(from),
    onCrash: (report, dead) => {
      if (trial === undefined || trial.isCell)
        ports.tellKernel({ control: "crash", report: crashDetails(report, dead, kept) });
      else trial.crashed(report.reason);
    },
    onWake: () => eventLoop?.wake(),
  });
  running = () => runningLabel(cell);
  cell.trace = kept;
  const { keys } = start;
  const args = unpack(start.args) as unknown[];
  const startSpawner = () => {
    // Its name was given by the kernel, which tells it to all others.
    const helper = cell.spawn(spawner(loader), [], { label: "spawner", band: BAND.system }, keys.spawner);
    ports.names.added(spawnerName(spec.name), helper);
  };
  let over: () => boolean;
  let root: Process | undefined;
  if (onTrial !== undefined && start.trial !== undefined) {
    const { taken } = start.trial;
    const tell = (frame: FromTrial) => onTrial.tell(frame);
    trial = new TrialCell({
      cell,
      body,
      args,
      keys,
      taken,
      resumes: () => resumes.ofRoot,
      tell,
      startSpawner,
    });
    onTrial.connect(cell, trial);
    over = () => trial!.isOver || (trial!.isCell && trial!.root?.state === "dead");
  } else {
    (ports as CellPorts).connect(cell);
    ports.tellKernel({ control: "ready" });
    root = processOf(cell.spawn(body, args, { label: spec.name }, keys.root))!;
    startSpawner();
    over = () => root!.state === "dead";
  }
  const end = () => {
    if (trial !== undefined && !trial.isCell) process.exit(0);
    finish((root ?? trial?.root)?.exitReason ?? "normal");
  };
  const figures = new MemoryFigures(progress, clock);
  if (event) {
    const after = () => {
      figures.turn();
      pauses.turn(clock.now());
      if (over()) end();
    };
    eventLoop = new EventLoop(cell, { after });
    (ports as CellPorts).listen(() => eventLoop?.wake());
    // Where memory has no limit, only to show that its loop turns: twice a second is enough.
    const everyMs = progress.externalLimitKb > 0 ? FIGURES_MS : BEAT_MS;
    const beat = () => {
      figures.turn();
      // Code that runs outside processes may keep the loop as long as one of them.
      progress.park(clock.now() + everyMs * 1000 + cell.hangLimitUs, 0);
    };
    beat();
    setInterval(beat, everyMs).unref();
    eventLoop.wake();
    return;
  }
  const waitingBell = new AtomicsBell(bell);
  const park = cellPark(waitingBell, clock, start.spin);
  const drain = () => ports.drain();
  const turn = () => {
    const more = trial === undefined || trial.isCell ? cell.run(RESUMES_PER_TURN) : trial.turn();
    // Behind what was due: it takes up to 100 us.
    figures.turn();
    pauses.turn(clock.now());
    return more;
  };
  for (;;) {
    runBlocking({
      cell,
      bell: waitingBell,
      park,
      drain,
      watched: progress,
      turn,
      over: () => over() || loader.busy,
    });
    if (over()) return end();
    // The one thing that needs the event loop: a module that another cell wants to spawn from.
    progress.begin(0, clock.now() + LOAD_LIMIT_US, clock.now());
    await loader.settle();
    progress.end();
  }
}

/** Parks until the kernel has a life for this thread. */
function awaitLife({ port, word }: ThreadStart): CellStart {
  port.postMessage("loaded");
  const bell = new Int32Array(word);
  for (;;) {
    const rung = Atomics.load(bell, 0);
    const received = receiveMessageOnPort(port) as { message: CellStart } | undefined;
    if (received !== undefined) {
      port.close();
      return received.message;
    }
    Atomics.wait(bell, 0, rung);
  }
}

function runningLabel(cell: Cell): string | undefined {
  for (const process of cell.processes()) if (process.state === "running") return process.label;
  return undefined;
}
