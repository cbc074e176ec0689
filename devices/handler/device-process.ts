/**
 * A device: one process that runs its driver's task job by job, walks the ladder of modes, judges the
 * readings, and keeps its output to what a living command justifies.
 *
 * One receive serves everything: commands, edges, subscriptions, and the next release as its time limit. A
 * failure of the world is a fault of the device and moves the ladder; any other error ends the process and
 * its keeper starts it again.
 */
import type { Hardware } from "../../firmware/contracts/hardware.ts";
import { isSystem, type Managed, newCounts, serveSystem } from "../../runtime/behaviour/managed.ts";
import { exitWith } from "../../runtime/behaviour/start.ts";
import type { Snapshot } from "../../runtime/behaviour/system-message.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import type { DownMessage, ExitMessage } from "../../runtime/process/signal.ts";
import type { TalkSnapshot } from "../../runtime/protocol/conversation.ts";
import { Conversations } from "../../runtime/protocol/conversations.ts";
import type { JobAtHand, Worker } from "../../runtime/time/job.ts";
import { JobAborted } from "../../runtime/time/job-aborted.ts";
import { workSteps } from "../../runtime/time/job-steps.ts";
import { causeOfFailure, describeCause } from "./cause.ts";
import { driving, sampling } from "./contracts.ts";
import { DeviceOutput, type OutputSnapshot } from "./device-output.ts";
import type { DevicePlan, Start } from "./device-plan.ts";
import { DeviceReadings, type ReadingsSnapshot } from "./device-readings.ts";
import { injectFault } from "./injected-fault.ts";
import { InputAlarm } from "./input-alarm.ts";
import { JobReport } from "./job-report.ts";
import { JobWaiter } from "./job-waiter.ts";
import { Ladder } from "./ladder.ts";
import type { LadderState } from "./ladder-state.ts";
import { LadderWalk } from "./ladder-walk.ts";
import { type DeviceMessage, type StatePatch, TELEMETRY } from "./messages.ts";
import type { Mode } from "./mode.ts";
import { PlanProof } from "./plan-proof.ts";
import { plannedJob } from "./planned-job.ts";
import type { DeviceBefore, DeviceLeft } from "./replan.ts";
import type { DeviceTask, Measurement } from "./task.ts";
import { asEnd, isWorldFailure } from "./world-failure.ts";

/** All that a device knows beside its driver: what the next version of that, or the same under another plan, goes on from. */
export interface DeviceSnapshot {
  /** In force: not always what it was started with. */
  readonly plan: DevicePlan;
  readonly ladder: LadderState;
  readonly readings: ReadingsSnapshot;
  readonly output?: OutputSnapshot;
  readonly samplings: readonly TalkSnapshot[];
  readonly drivings: readonly TalkSnapshot[];
  /** Of the next job; undefined: the first of its grid. */
  readonly releaseUs: number | undefined;
  readonly ready: boolean;
  readonly failing: boolean;
}

/** `before`: where it came to under another plan. Returns what it leaves when it is given one; nothing at its end. */
export function* deviceProcess(
  self: Self<DeviceMessage>,
  plan: DevicePlan,
  start: Start,
  keeper: Pid,
  task: DeviceTask,
  hardware: Pick<Hardware, "endBy" | "waitedUs">,
  before?: DeviceBefore,
): ProcessGenerator<DeviceLeft | undefined> {
  const { id } = plan;
  self.register(id);
  const proof = before && new PlanProof(self, keeper, before);
  const patch = (change: StatePatch) => self.send(TELEMETRY, { type: "state", device: id, patch: change });
  const event = (detail: { kind: string; [key: string]: unknown }) =>
    self.send(TELEMETRY, { type: "event", event: { device: id, ...detail } });
  const readings = new DeviceReadings(self, plan, task.rules ?? {});
  const output = plan.output === undefined ? undefined : new DeviceOutput(self, plan, task, { patch, event });
  const alarm =
    plan.input === undefined
      ? undefined
      : new InputAlarm(plan, task, self.nowUs(), { patch, event, doubt: (is) => readings.doubt(is) });
  const took = (measured: readonly Measurement[], atUs: number) => {
    alarm?.took(measured, atUs);
    readings.took(measured, atUs);
  };
  const jobIn = (mode: Mode, releaseUs?: number) => {
    const { job = plan.job } = plan.modes.find((rung) => rung.mode === mode) ?? {};
    return plannedJob(id, job, plan.criticality, self.nowUs(), releaseUs);
  };
  let job = jobIn(start.ladder.mode);
  let started = false;
  let ready = false;
  /** A fault was told that no good job has followed yet. */
  let failing = false;
  const report = new JobReport(self, id, plan.job.budgetIsDefault);
  /** In the middle of a message or job. */
  let busy = false;

  const ladder = new LadderWalk(self, id, keeper, new Ladder(plan.ladder, start.ladder), ({ to, cause }) => {
    if (to === "safe" || to === "off") output?.toSafe(describeCause(cause));
    job = jobIn(to);
  });

  /** The world failed: the readings are bad now, and the ladder hears of it. */
  const faulted = (error: Error) => {
    started = false;
    failing = true;
    proof?.said(error.message);
    readings.failed();
    const cause = causeOfFailure(error);
    ladder.fault(cause);
    patch({ ...ladder.patch(), cause: error.message, why: cause });
  };

  const worker: Worker = {
    nowUs: () => self.nowUs(),
    work: (deadlineUs, hardDeadlineUs) => self.work(deadlineUs, hardDeadlineUs),
    waitedUs: () => hardware.waitedUs,
  };

  /** Measures, and lets the output follow. Returns the failure of the world that kept it from that. */
  const work = function* (run: JobAtHand) {
    hardware.endBy(run.answersByUs);
    try {
      if (!started) yield* workSteps(run, worker, task.start(new JobWaiter(self, run)));
      started = true;
      const waiter = new JobWaiter(self, run);
      const measured = yield* workSteps(run, worker, task.sample(waiter));
      took(measured, waiter.settledUs);
      output?.renew(measured);
      return undefined;
    } catch (error) {
      if (!isWorldFailure(error)) throw asEnd(error);
      const cutOff = !(error instanceof JobAborted) && self.nowUs() >= run.answersByUs;
      return cutOff ? run.abort(worker, error) : error;
    } finally {
      hardware.endBy(Number.POSITIVE_INFINITY);
    }
  };

  /** Besides the jobs: something has changed. */
  const sampleNow = function* () {
    const waiter = new JobWaiter(self);
    const measured = yield* task.sample(waiter);
    took(measured, waiter.settledUs);
  };

  const served = () => {
    proof?.said();
    if (!ready) patch({ ready: true, ...ladder.patch() });
    else if (failing) patch(ladder.patch());
    ready = true;
    failing = false;
  };

  const runJob = function* () {
    const present = job;
    const begun = present.begin(worker);
    const failure = begun ? yield* work(present.run) : undefined;
    if (failure !== undefined) faulted(failure);
    else if (begun) served();
    const outcome = begun ? present.end(worker) : present.lapsed();
    report.tell(present, outcome, { state: () => ladder.times() });
    // A fault has cost a rung already.
    if (job !== present) return;
    const { descend, missed } = outcome;
    if (descend !== undefined) ladder.descend({ kind: "misses", missed: descend.misses, of: descend.of });
    // Where misses count against the mode, a job that missed is no proof that a better one would do.
    else if (begun && failure === undefined && !(missed && typeof present.spec.onMiss === "object"))
      ladder.good();
  };

  const samplings = new Conversations(self, sampling, "device");
  const drivings = new Conversations(self, driving, "device");

  /** What a controller says, or that it ended. */
  const converse = (message: DeviceMessage | DownMessage | ExitMessage) => {
    const asks = samplings.take(message);
    if (asks?.heard.type === "subscribe") readings.subscribe(asks.heard.reading, asks.talk);
    else if (asks !== undefined) readings.unsubscribe(asks.talk);
    const drives = drivings.take(message);
    if (drives?.heard.type === "release") output?.release(drives.heard);
    if (drives?.heard.type !== "drive") return;
    output?.drive(drives.heard, ladder.mode !== "safe", (answer) => drives.talk.send(answer));
  };

  const announce = () => {
    patch({ ...ladder.patch(), ready });
    output?.announce();
    readings.announce();
  };

  const snapshot = (): DeviceSnapshot => ({
    plan,
    ladder: ladder.state,
    readings: readings.snapshot(),
    ...(output === undefined ? {} : { output: output.snapshot() }),
    samplings: samplings.snapshot(),
    drivings: drivings.snapshot(),
    releaseUs: job.releaseUs,
    ready,
    failing,
  });
  /** Goes on where another version of the driver, or this one before a trial, came to. */
  const goOn = (from: DeviceSnapshot) => {
    ladder.goOn(from.ladder);
    samplings.goOn(from.samplings);
    drivings.goOn(from.drivings);
    readings.goOn(from.readings, (key) => samplings.find(key));
    if (from.output !== undefined) output?.goOn(from.output);
    job = jobIn(ladder.mode, from.releaseUs);
    ({ ready, failing } = from);
    // The other version may have left the chip as this one does not want it.
    started = false;
  };
  const version = task.version ?? 1;
  const managed: Managed = {
    name: id,
    parent: undefined,
    counts: newCounts(),
    snapshot: () => ({ version, state: snapshot() }),
    replace: (state) => goOn(state as DeviceSnapshot),
    changeCode: () => {
      throw new Error("a driver changes with its cell");
    },
  };
  const from =
    before?.state ?? ((self.inherited as Snapshot | undefined)?.state as DeviceSnapshot | undefined);
  if (from === undefined) {
    self.note({ mode: ladder.mode });
    patch({ mode: ladder.mode });
    // A level held over the crashes that led here has lost whoever justified it.
    if (ladder.mode === "safe") output?.toSafe("started in mode safe");
  } else {
    goOn(from);
    ({ started = false, job = job } = before ?? {});
    self.checkpoints(() => (busy ? undefined : { state: snapshot() }));
  }
  for (;;) {
    // Its keeper knows, and starts it again when the ladder leads up.
    if (ladder.isOff()) return undefined;
    const ownUs = Math.min(
      output?.nextUs() ?? Infinity,
      task.dueUs?.() ?? Infinity,
      alarm?.dueUs() ?? Infinity,
    );
    const untilUs = Math.min(job.releaseUs, ladder.nextUs, ownUs);
    busy = false;
    const message = yield* self.receive(undefined, { untilUs, dueUs: untilUs + job.spec.deadlineUs });
    busy = true;
    try {
      // With every message, too: a flood of them must not put off the end of a command or order.
      ladder.expire();
      output?.expire();
      alarm?.expire(self.nowUs());
      switch (message?.type) {
        case undefined:
          if (self.nowUs() >= job.releaseUs) yield* runJob();
          else if (self.nowUs() >= (task.dueUs?.() ?? Infinity)) yield* sampleNow();
          break;
        case "command":
          if (output === undefined) break;
          if (ladder.mode === "safe" && !output.isSafe(message.command))
            output.refuse(message.command, `in mode safe: ${id} is not trusted now`);
          else output.command(message.command);
          break;
        case "told":
          ladder.take(message);
          break;
        case "edge":
          took(task.edge?.(message.edge) ?? [], message.edge.atUs);
          break;
        case "storm":
          alarm?.storm(message.on);
          break;
        case "converse":
          if (samplings.isFor(message)) samplings.accept(message);
          else drivings.accept(message);
          break;
        case "system": {
          const reason = isSystem(message) ? yield* serveSystem(self, message, managed) : undefined;
          if (reason === undefined) break;
          exitWith(self, reason);
          return undefined;
        }
        case "announce":
          announce();
          break;
        case "replan":
          return {
            message,
            state: snapshot(),
            job,
            started,
            isWell: message.hasToProve || (ready && !failing),
          };
        case "fault":
          if (start.emulated) injectFault(message.fault);
          break;
        default:
          if (message !== undefined) converse(message);
      }
      if (output?.takeChanged() && !ladder.isOff()) yield* sampleNow();
    } catch (error) {
      if (!isWorldFailure(error)) throw asEnd(error);
      faulted(error);
    }
    // Telling it apart from a busy loop of messages: a release that is due is never starved by them.
    if (message !== undefined && !ladder.isOff() && self.nowUs() >= job.releaseUs) {
      // The message is done with: on trial, what becomes of the job is not its fault.
      busy = false;
      yield* self.sleepUntil(0);
      busy = true;
      yield* runJob();
    }
  }
}
