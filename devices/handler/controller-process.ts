/**
 * A controller: a process of its own that decides as soon as its input was measured, and at each release
 * whether or not it was. It never trusts silence: an input older than `maxAgeMs` means off.
 *
 * It acts in `full` only. An input that cannot be acted on, a sensor that goes to `safe` or `off`, or an output of
 * another board that is out of reach takes it to `safe`, where it commands off; when all is well again it proves itself
 * for its own probation.
 *
 * Its command to the output is a lease that each decision renews; when the controller dies, the lease ends.
 * The way sample -> decision -> line has a deadline, which the output's answer closes.
 */
import { isSystem, type Managed, newCounts, serveSystem } from "../../runtime/behaviour/managed.ts";
import { exitWith } from "../../runtime/behaviour/start.ts";
import type { Snapshot } from "../../runtime/behaviour/system-message.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import type { TalkSnapshot } from "../../runtime/protocol/conversation.ts";
import type { PeriodicJob } from "../../runtime/time/periodic-job.ts";
import type { ReadingMessage } from "./contracts.ts";
import type { ControlLaw } from "./control-law.ts";
import type { ControllerPlan, JobPlan, Start } from "./device-plan.ts";
import { EndToEnd } from "./end-to-end.ts";
import { injectFault } from "./injected-fault.ts";
import { InputSource, type SourceSnapshot } from "./input-source.ts";
import { JobReport } from "./job-report.ts";
import { Ladder } from "./ladder.ts";
import type { LadderState } from "./ladder-state.ts";
import { LadderWalk } from "./ladder-walk.ts";
import { type ControllerMessage, type StatePatch, TELEMETRY } from "./messages.ts";
import { OutputSink } from "./output-sink.ts";
import { PlanProof } from "./plan-proof.ts";
import { plannedJob } from "./planned-job.ts";
import { isSamePlan, type ReplanMessage } from "./replan.ts";
import { stillAllowed } from "./still-allowed.ts";

/** Settings hold until they are changed. That they still do is said this often: who reads a retained one judges it by its time. */
const CONFIRM_US = 20_000_000;
/** Of its snapshot. */
const CODE_VERSION = 1;

/** All that a controller knows beside its code: what the next version of that goes on from. */
export interface ControllerSnapshot {
  /** In force: not always what it was started with. */
  readonly plan: ControllerPlan;
  readonly ladder: LadderState;
  readonly source: SourceSnapshot;
  readonly sink: TalkSnapshot | undefined;
  readonly latest: ReadingMessage | undefined;
  readonly memory: unknown;
  /** What commands have changed. */
  readonly commanded: Start["kept"];
  readonly decided: boolean;
  readonly releaseUs: number;
}

/** What a controller leaves to itself when it takes a new plan. */
export interface ControllerBefore {
  readonly message: ReplanMessage<ControllerPlan>;
  readonly ladder: LadderState;
  readonly source: InputSource;
  readonly sink: OutputSink;
  readonly latest: ReadingMessage | undefined;
  readonly memory: unknown;
  readonly startedUs: number;
  readonly decided: boolean;
  readonly job: PeriodicJob;
  readonly jobPlan: JobPlan;
  /** It acted, or did until the change was tried. */
  readonly isWell: boolean;
}

/** `before`: where it came to under another plan. Returns what it leaves when it is given one; nothing at its end. */
export function* controllerProcess(
  self: Self<ControllerMessage>,
  plan: ControllerPlan,
  start: Start,
  keeper: Pid,
  law: ControlLaw,
  before?: ControllerBefore,
): ProcessGenerator<ControllerBefore | undefined> {
  const { id, input, output } = plan;
  const periodUs = plan.job.everyMs * 1000;
  self.register(id);
  let commanded = stillAllowed(plan.command, before?.message.kept ?? start.kept);
  law.change(commanded);
  if (before !== undefined) law.goOn(before.memory);
  const startedUs = before?.startedUs ?? self.nowUs();
  const proof = before && new PlanProof(self, keeper, { round: before.message.round, isWell: before.isWell });
  const graceUs = Math.max(plan.commandForMs, input.maxAgeMs) * 1000;
  const endToEnd = new EndToEnd(plan.job.deadlineUs);
  const report = new JobReport(self, id, plan.job.budgetIsDefault);
  const goesOn = before !== undefined && isSamePlan(before.jobPlan, plan.job);
  let job = goesOn ? before.job : plannedJob(id, plan.job, plan.criticality, self.nowUs());
  let latest = before?.latest;
  const source = before?.source ?? new InputSource(self, input);
  const sink = before?.sink ?? new OutputSink(self, plan, { graceUs });
  sink.replan(plan);
  /** It has decided once: before that it is in no mode. */
  let decided = before?.decided ?? false;

  // A step is acted on by the decision that follows it.
  const ladder = new LadderWalk(
    self,
    id,
    keeper,
    new Ladder(plan.ladder, before?.ladder ?? start.ladder),
    () => {},
  );
  const patch = (change: StatePatch) => self.send(TELEMETRY, { type: "state", device: id, patch: change });
  let publishedUs = 0;
  const publish = () => {
    publishedUs = self.nowUs();
    for (const [reading, value] of Object.entries(law.readings())) {
      const message: ReadingMessage = {
        type: "reading",
        device: id,
        reading,
        value,
        quality: "good",
        sampledAtUs: publishedUs,
      };
      self.send(TELEMETRY, message);
    }
  };

  const decide = (isFresh = false) => {
    const nowUs = self.nowUs();
    const usable = typeof latest?.value === "number" ? latest : undefined;
    const seen = usable && {
      value: usable.value as number,
      quality: usable.quality,
      ageMs: (nowUs - usable.sampledAtUs) / 1000,
    };
    // Not told anything yet since the start: that is no fault until it is too old. What the life before commanded ends
    // with its lease.
    const isAwaited = latest === undefined || (!decided && usable === undefined);
    const isNew = sink.isAwaited || (isAwaited && nowUs - startedUs < graceUs);
    if (isNew && ladder.mode === "full") {
      // Its first measurement failed, as some do while everything starts: the output has to be off, and nothing more is known.
      if (latest !== undefined) sink.drive({ level: 0, sampledAtUs: nowUs, fresh: false });
      return;
    }
    const { trusted, why } = law.look(seen, nowUs);
    const { trouble } = sink;
    if (!trusted) {
      // Old because nothing comes: that is what helps to repair it.
      const reason = source.trouble ?? why;
      ladder.fault({ kind: "input", device: input.device, reading: input.reading, reason });
    } else if (trouble !== undefined)
      ladder.fault({ kind: "output", device: output.device, reason: trouble });
    else ladder.good();
    if (!decided) patch(ladder.patch());
    decided = true;
    const acts = ladder.mode === "full";
    proof?.said(acts ? undefined : `it does not act: ${trusted ? (trouble ?? "it is down") : why}`);
    const { on } = law.decide(acts ? seen : undefined, nowUs);
    const sampledAtUs = usable?.sampledAtUs ?? nowUs;
    sink.drive({ level: acts && on ? 1 : 0, sampledAtUs, fresh: isFresh && usable !== undefined });
  };

  const snapshot = (): ControllerSnapshot => ({
    ...{ plan, latest, commanded, decided },
    ladder: ladder.state,
    source: source.snapshot(),
    sink: sink.snapshot(),
    memory: law.memory(),
    releaseUs: job.releaseUs,
  });
  /** Goes on where another version of the code, or this one before a trial, came to. */
  const goOn = (from: ControllerSnapshot) => {
    ({ latest, commanded, decided } = from);
    ladder.goOn(from.ladder);
    source.goOn(from.source);
    sink.goOn(from.sink);
    law.change(commanded);
    law.goOn(from.memory);
    job = plannedJob(id, plan.job, plan.criticality, self.nowUs(), from.releaseUs);
  };
  const managed: Managed = {
    name: id,
    parent: undefined,
    counts: newCounts(),
    snapshot: () => ({ version: CODE_VERSION, state: snapshot() }),
    replace: (state) => goOn(state as ControllerSnapshot),
    changeCode: () => {
      throw new Error("a controller changes with its cell");
    },
  };
  /** In the middle of a message. */
  let busy = false;
  if (self.inherited !== undefined) {
    if (before === undefined) goOn((self.inherited as Snapshot).state as ControllerSnapshot);
    self.checkpoints(() => (busy ? undefined : { state: snapshot() }));
  } else if (before === undefined) patch({ mode: "starting", ready: true });
  self.note({ mode: ladder.mode });
  publish();
  let decidedUs = Number.NEGATIVE_INFINITY;
  for (;;) {
    // Its keeper knows, and starts it again when the ladder leads up.
    if (ladder.isOff()) return undefined;
    const { releaseUs } = job;
    const untilUs = Math.min(releaseUs, ladder.nextUs);
    busy = false;
    const message = yield* self.receive(undefined, { untilUs, dueUs: releaseUs + plan.job.deadlineUs });
    busy = true;
    ladder.expire();
    const sampled = source.take(message);
    if (sampled !== undefined) {
      latest = sampled.reading;
      decidedUs = self.nowUs();
      decide(!sampled.isFirst);
    }
    const driven = sink.take(message);
    // A renewal by a sample that was acted on before says nothing about its way to the line.
    if (driven?.type === "driven" && driven.fresh)
      endToEnd.record(driven.atUs - driven.sampledAtUs, driven.atUs);
    switch (message?.type) {
      case "system": {
        const reason = isSystem(message) ? yield* serveSystem(self, message, managed) : undefined;
        if (reason === undefined) break;
        exitWith(self, reason);
        return undefined;
      }
      case "command":
        commanded = { ...commanded, ...message.command.values };
        law.change(message.command.values);
        self.send(keeper, { type: "keep", values: message.command.values });
        publish();
        decide();
        break;
      case "replan":
        return {
          ...{ message, source, sink, latest, startedUs, decided, job },
          ladder: ladder.state,
          memory: law.memory(),
          jobPlan: plan.job,
          isWell: message.hasToProve || (decided && ladder.mode === "full"),
        };
      case "announce":
        patch({ ...(decided ? ladder.patch() : { mode: "starting" }), ready: true });
        publish();
        break;
      case "told":
        ladder.take(message);
        decide();
        break;
      case "fault":
        if (start.emulated) injectFault(message.fault);
        break;
    }
    if (self.nowUs() < job.releaseUs) continue;
    if (message !== undefined) {
      // The message is done with: on trial, what becomes of the job is not its fault.
      busy = false;
      yield* self.sleepUntil(0);
      busy = true;
    }
    const begun = job.begin(self);
    if (begun) {
      if (self.nowUs() - publishedUs >= CONFIRM_US) publish();
      source.follow();
      // Just decided by a fresh sample: a second decision now would only cost a message.
      if (self.nowUs() - decidedUs > periodUs / 2) decide();
    }
    const outcome = begun ? job.end(self) : job.lapsed();
    report.tell(job, outcome, { timing: () => endToEnd.report(), state: () => ladder.times() });
    if (outcome.descend === undefined) continue;
    ladder.descend({ kind: "misses", missed: outcome.descend.misses, of: outcome.descend.of });
    decide();
  }
}
