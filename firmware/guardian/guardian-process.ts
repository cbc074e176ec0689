import { setTimeout as sleep } from "node:timers/promises";
import { setSessionNice } from "../../runtime/time/session-priority.ts";
import { SystemClock } from "../../runtime/time/system-clock.ts";
import { chainPlace, describePlace, takePlace } from "../../runtime/time/thread-place.ts";
import { NICE, setThreadNice } from "../../runtime/time/thread-priority.ts";
import type { GuardianPlan } from "../contracts/guardian-plan.ts";
import { HardwareError } from "../contracts/hardware-error.ts";
import type { WatchPlan } from "../contracts/watch-plan.ts";
import { handleControl } from "./control-desk.ts";
import { Guardian } from "./guardian.ts";
import { Log } from "./log.ts";
import { OnTimeFile } from "./on-time-file.ts";
import { openHardware } from "./open-hardware.ts";
import { outputPlans } from "./output-set.ts";
import { RuntimeKeeper } from "./runtime-keeper.ts";
import { Turn } from "./turn.ts";
import { TurnLoop } from "./turn-loop.ts";
import { Watchers } from "./watchers.ts";

/** Longest wait for the reader of the log when the process ends. */
const DRAIN_MS = 200;
/** The same at an end in order: outputs are safe, and whoever is killed for a log on a busy machine counts as crashed. */
const ORDERLY_DRAIN_MS = 2000;
/** Exit code when lines or buses of the plan are not to be had: who starts it by hand wants to know. */
const NO_HARDWARE = 2;
/** A service is started again at once. What is not there yet, such as a chip that is still being found, may come. */
const NO_HARDWARE_PAUSE_MS = 5000;
/** A service that is not ready is ended: an output that does not read back must not cost the others their guardian. */
const READY_LIMIT_MS = 1000;
/** One read of a request FIFO. */
const READ_BYTES = 4096;

/**
 * The guardian as a process: owns the lines and buses, keeps the runtime alive, ends only after safe levels
 * were read back. Exits 0 after an orderly stop (SIGTERM, the end of standard input when asked for), 1 when
 * an output did not read back its safe level then, its hardware is gone or it has a defect, 2 when lines or buses of
 * the plan are not to be had (log line `noHardware` says which, why and what helps; a service pauses, then 1: it is
 * tried again). SIGINT and SIGHUP are ignored: a terminal sends them to everybody.
 */
export async function runGuardian(plan: GuardianPlan): Promise<void> {
  process.on("SIGINT", () => {});
  process.on("SIGHUP", () => {});
  let wanted = false;
  let stop = async () => {
    wanted = true; // while it is starting: the lines it adopts are made safe first
  };
  process.on("SIGTERM", () => void stop());
  const clock = new SystemClock();
  setThreadNice(NICE.guardian);
  setSessionNice(NICE.session);
  const { SHORT_SLICE_US, setThreadSlice } = await import("../linux/thread-slice.ts");
  setThreadSlice(SHORT_SLICE_US); // the runtime, and all that it starts, have it from here
  const log = new Log();
  if (plan.realtime === true) {
    const given = takePlace(chainPlace("guardian"));
    log.line({ place: { cell: "guardian", ...given, text: describePlace("the guardian", given) } });
  }
  const slots = plan.slots ?? 32;
  const paused = new Set<number>();
  let keeper: RuntimeKeeper | undefined;

  const exit = async (code: number, drainMs = DRAIN_MS) => {
    if (await log.drain(drainMs)) process.exit(code);
    endAtOnce();
  };
  const lost = (why: string) => {
    log.line({ hardwareLost: { why, atUs: clock.now() } });
    keeper?.incarnation?.signal("SIGKILL");
    void exit(1);
  };
  const report = (why: string) => log.line({ hardwareAway: { why, atUs: clock.now() } });
  const hardware = await openHardware(plan, clock, lost, report).catch(async (error: unknown) => {
    if (!(error instanceof HardwareError)) throw error;
    log.line({ noHardware: { why: error.message, atUs: clock.now() } });
    return exit(await noHardwareCode(plan.watch));
  });
  if (hardware === undefined) return;
  const { backend, setWorld } = hardware;
  const watchers = await Watchers.open(clock, plan.watch ?? {}, log);
  const guardian = new Guardian(plan, {
    clock,
    backend,
    slots,
    onTimes: openOnTimes(plan, log),
    sinks: {
      send: (frame) => keeper?.incarnation?.reply.send(frame),
      event: (event) => {
        log.line({ event });
        keeper?.incarnation?.control.send({ event });
      },
    },
  });
  // Nobody is granted an output: what kept its level over the reset goes safe, whatever it was to do in a crash.
  if (plan.keptSafe !== undefined) guardian.stop();
  const turn = new Turn(guardian, slots);
  const loop = new TurnLoop(clock, guardian, turn, () => {
    keeper?.incarnation?.reply.flush();
    for (const owner of paused) {
      if (!turn.hasRoom(owner, READ_BYTES)) continue;
      paused.delete(owner);
      keeper?.incarnation?.resume(owner);
    }
  });
  const desk = {
    guardian,
    listen: (owner: number) => keeper?.incarnation?.listen(owner),
    setWorld,
    keptSafe: plan.keptSafe,
    stats: () => ({
      ...guardian.stats(),
      ...keeper?.incarnation?.stats(),
      malformedRequests: turn.malformed,
      forged: turn.forged,
      late: loop.late,
      ...watchers.stats(),
      droppedLog: log.dropped,
    }),
  };
  const runtime = new RuntimeKeeper(plan, clock, log, {
    bytes: (owner, bytes, length) => {
      const more = turn.bytes(owner, bytes, length);
      if (!more) paused.add(owner);
      loop.wake();
      return more;
    },
    fence: (fenced) => {
      turn.fence(fenced);
      loop.wake();
    },
    message: (message) => {
      watchers.health.spoke(clock.now());
      handleControl(message, desk, (answer) => keeper?.incarnation?.control.send(answer));
      loop.wake();
    },
    ended: (code) => watchers.health.ended(clock.now(), code),
    started: (pid, number) => watchers.status(plan.keptSafe ?? `runtime ${pid}, incarnation ${number}`),
    runtimeDied: () => {
      guardian.runtimeDied();
      turn.clear();
      paused.clear();
      loop.wake();
    },
    stop: () => guardian.stop(),
    whenSettled: (callback) => guardian.whenSettled(callback),
    unsafe: () => guardian.unsafe(),
  });
  keeper = runtime;

  let stopping = false;
  stop = async () => {
    if (stopping) return;
    stopping = true;
    watchers.stopping();
    const unsafe = await runtime.stop();
    log.line({ stopped: { unsafe, atUs: clock.now() } });
    watchers.close();
    await exit(unsafe.length === 0 ? 0 : 1, ORDERLY_DRAIN_MS);
  };
  if (wanted) return stop();
  if (plan.stopWhenStdinEnds === true) process.stdin.on("end", stop).on("error", stop).resume();
  process.on("uncaughtException", (error) => {
    log.line({ defect: { stack: error.stack ?? String(error), atUs: clock.now() } });
    guardian.stop();
    runtime.incarnation?.signal("SIGKILL");
    guardian.whenSettled(() => void exit(1));
    setTimeout(endAtOnce, 2 * DRAIN_MS);
  });
  log.line({ guardianStarted: { pid: process.pid, atUs: clock.now() } });
  guardian.whenSettled(() => watchers.ready());
  setTimeout(() => watchers.ready(), READY_LIMIT_MS).unref();
  await runtime.start();
}

/** Exit code when hardware of the plan is not to be had; for a service, whatever runs it, after a pause, as it is started again. */
export async function noHardwareCode(watch: WatchPlan = {}): Promise<number> {
  if (watch.launcherFd !== undefined) return NO_HARDWARE;
  await sleep(NO_HARDWARE_PAUSE_MS);
  return 1;
}

/** A guardian that cannot keep on-times over its death guards all the same. */
function openOnTimes({ onTimeFile, outputs, expanders }: GuardianPlan, log: Log): OnTimeFile | undefined {
  if (onTimeFile === undefined) return undefined;
  try {
    return new OnTimeFile(onTimeFile, outputPlans({ outputs, expanders }));
  } catch (error) {
    log.line({ onTimesNotKept: (error as Error).message });
    return undefined;
  }
}

/** Waits for no thread, such as one that writes a log which nobody reads. */
function endAtOnce(): void {
  process.kill(process.pid, "SIGKILL");
}
