/**
 * A controller: a process of its own that decides as soon as its input was measured, and at each release
 * whether or not it was. It never trusts silence: an input older than `maxAgeMs` means off.
 *
 * Its command to the output is a lease that each decision renews; when the controller dies, the lease ends.
 * The way sample -> decision -> line has a deadline, which the output's answer closes.
 */
import type { Pid } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import type { Conversation } from "../../runtime/protocol/conversation.ts";
import { openConversation } from "../../runtime/protocol/open-conversation.ts";
import { type DriveMessage, driving, type ReadingMessage, sampling } from "./contracts.ts";
import type { ControlLaw } from "./control-law.ts";
import type { ControllerPlan, Start } from "./device-plan.ts";
import { EndToEnd } from "./end-to-end.ts";
import { injectFault } from "./injected-fault.ts";
import { JobReport, missedTooOften } from "./job-report.ts";
import { type ControllerMessage, type StatePatch, TELEMETRY } from "./messages.ts";
import { plannedJob } from "./planned-job.ts";

/** After too many misses it commands off for so long before it is trusted again, us. */
const REST_US = 30_000_000;

export function* controllerProcess(
  self: Self<ControllerMessage>,
  plan: ControllerPlan,
  start: Start,
  keeper: Pid,
  law: ControlLaw,
): ProcessGenerator {
  const { id, input, output } = plan;
  const periodUs = plan.job.everyMs * 1000;
  self.register(id);
  law.change(start.kept);
  const startedUs = self.nowUs();
  const endToEnd = new EndToEnd(plan.job.deadlineUs);
  const report = new JobReport(self, id, plan.job.budgetIsDefault);
  const job = plannedJob(id, plan.job, plan.criticality, startedUs);
  /** It missed too often: why, and until when it is not trusted. */
  let rest: { readonly why: string; readonly untilUs: number } | undefined;
  let latest: ReadingMessage | undefined;
  let source: Conversation<typeof sampling.spec, "controller"> | undefined;
  /** A first reading has come: that one may have been measured long before it was asked for. */
  let following = false;
  let sink: Conversation<typeof driving.spec, "controller"> | undefined;
  let mode: "full" | "safe" | undefined;

  const patch = (change: StatePatch) => self.send(TELEMETRY, { type: "state", device: id, patch: change });
  const publish = () => {
    for (const [reading, value] of Object.entries(law.readings())) {
      const message: ReadingMessage = {
        type: "reading",
        device: id,
        reading,
        value,
        quality: "good",
        sampledAtUs: self.nowUs(),
      };
      self.send(TELEMETRY, message);
    }
  };

  const decide = (isFresh = false) => {
    const nowUs = self.nowUs();
    if (rest !== undefined && nowUs >= rest.untilUs) rest = undefined;
    // At rest, the law decides as without an input: it must not believe that its output is on.
    const usable = typeof latest?.value === "number" && rest === undefined ? latest : undefined;
    const decided = law.decide(
      usable === undefined
        ? undefined
        : {
            value: usable.value as number,
            quality: usable.quality,
            ageMs: (nowUs - usable.sampledAtUs) / 1000,
          },
      nowUs,
    );
    const decision = rest === undefined ? decided : { on: false, why: rest.why, trusted: false };
    // Just started and not told yet: the command of the life before is still good for its lease, not longer.
    if (latest === undefined && nowUs - startedUs < plan.commandForMs * 1000) return;
    const next = decision.trusted ? "full" : "safe";
    if (next !== mode) {
      mode = next;
      self.send(keeper, { type: "mode", mode });
      patch({ mode, cause: decision.trusted ? null : decision.why });
      self.send(TELEMETRY, { type: "event", event: { kind: "mode", device: id, mode, cause: decision.why } });
    }
    const sampledAtUs = usable?.sampledAtUs ?? nowUs;
    const drive: DriveMessage = {
      type: "drive",
      controller: id,
      level: decision.on ? 1 : 0,
      forMs: plan.commandForMs,
      sampledAtUs,
      fresh: isFresh && usable !== undefined,
    };
    if (sink === undefined || sink.over) {
      const pid = self.whereis(output.device);
      sink = pid === undefined ? undefined : openConversation(self, driving, "controller", pid);
    }
    sink?.send(drive, { deadlineUs: sampledAtUs + plan.job.deadlineUs });
  };

  /** The source is found by name: after its restart it is another process. */
  const follow = () => {
    const pid = self.whereis(input.device);
    if (source?.over === false || pid === undefined) return;
    source = openConversation(self, sampling, "controller", pid);
    source.send({ type: "subscribe", reading: input.reading });
    following = false;
  };

  patch({ mode: "starting", ready: true });
  publish();
  let decidedUs = Number.NEGATIVE_INFINITY;
  for (;;) {
    const untilUs = job.releaseUs;
    const message = yield* self.receive(undefined, { untilUs, dueUs: untilUs + plan.job.deadlineUs });
    const sampled = source?.take(message);
    if (sampled?.type === "reading") {
      latest = sampled;
      decidedUs = self.nowUs();
      decide(following);
      following = true;
    }
    const driven = sink?.take(message);
    // A renewal by a sample that was acted on before says nothing about its way to the line.
    if (driven?.type === "driven" && driven.fresh)
      endToEnd.record(driven.atUs - driven.sampledAtUs, driven.atUs);
    switch (message?.type) {
      case "command":
        law.change(message.command.values);
        self.send(keeper, { type: "keep", values: message.command.values });
        publish();
        decide();
        break;
      case "announce":
        patch({ mode: mode ?? "starting", ready: true });
        publish();
        break;
      case "fault":
        if (start.emulated) injectFault(message.fault);
        break;
    }
    if (self.nowUs() < job.releaseUs) continue;
    const begun = job.begin(self);
    if (begun) {
      follow();
      // Just decided by a fresh sample: a second decision now would only cost a message.
      if (self.nowUs() - decidedUs > periodUs / 2) decide();
    }
    const outcome = begun ? job.end(self) : job.lapsed();
    report.tell(job, outcome, () => endToEnd.report());
    if (outcome.descend === undefined) continue;
    rest = { why: missedTooOften(outcome.descend), untilUs: self.nowUs() + REST_US };
    decide();
  }
}
