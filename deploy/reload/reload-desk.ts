/**
 * Has a running board take its configuration again. One file is judged as a whole by a cell of its own; what differs is
 * in force at once, for all devices and controllers that it concerns; and it is kept when each that was well before has
 * done a job under it and nothing of it has fallen for the time of the trial. Else all of it is taken back.
 *
 * A process of the kernel's cell: it waits for nobody without a limit.
 */
import { keeperName } from "../../devices/handler/keeper.ts";
import { TELEMETRY } from "../../devices/handler/messages.ts";
import type { NewPlanMessage, PlanNews, SettledMessage } from "../../devices/handler/replan.ts";
import { type From, reply } from "../../runtime/behaviour/exchange.ts";
import type { Kernel } from "../../runtime/cell/kernel.ts";
import { describeReason } from "../../runtime/process/exit-reason.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import { MODULE } from "../board/cell-modules.ts";
import { CHECK_CELL, type CheckMessage, type CheckRequest } from "./check-messages.ts";
import type { FieldChange } from "./judge-change.ts";
import type { PlanInForce, PlansInForce } from "./plans-in-force.ts";
import { type Failure, RELOAD, type ReloadReply, type ReloadRequest } from "./reload-messages.ts";
import { makeRunning } from "./running-config.ts";

export interface ReloadDeskOptions {
  readonly kernel: Pick<Kernel, "startCell" | "endCell" | "cells">;
  readonly plans: PlansInForce;
  readonly file: string;
  /** Copy of what runs; undefined where there is no place for one. */
  readonly running: string | undefined;
  readonly emulated: boolean;
  /** Why plans stay as they are now, a sentence; undefined: they may change. */
  readonly whyNot: () => string | undefined;
  tell(event: { readonly kind: string; readonly [key: string]: unknown }): void;
}

/** What the desk's process is sent. */
export type DeskMessage =
  | (From<ReloadReply> & { readonly type: "call"; readonly request: ReloadRequest })
  | CheckMessage
  | PlanNews;

type DeskSelf = Self<DeskMessage>;
interface ChangedPlan extends PlanInForce {
  readonly forget: readonly string[];
}
type Judged = Extract<CheckMessage, { type: "judged" }> & { readonly plans: readonly ChangedPlan[] };
type Checked = Extract<CheckMessage, { type: "checked" }>;
interface Tried {
  readonly failures: readonly Failure[];
  readonly unproven: readonly string[];
}

/** Longest that a check may take, ms: a file of any size, on a small board that is busy. */
const CHECK_LIMIT_MS = 60_000;
/** Longest wait for the first job under a new plan, ms. */
const PROOF_LIMIT_MS = 10_000;
const CHECK_HEAP_MB = 128;
/** Longest wait for the end of a check that nobody waits for, and how often it is looked for, ms: a thread is ended within milliseconds. */
const CLEAR_LIMIT_MS = 5000;
const CLEAR_EVERY_MS = 20;

/** The body of the process. */
export function reloadDesk(options: ReloadDeskOptions) {
  return function* reload(self: DeskSelf): ProcessGenerator {
    self.register(RELOAD);
    /** Grows with the desk's lives too: what an old round says is nobody's news. */
    let round = Math.floor(self.nowUs());
    yield* cleared(self, options.kernel);
    if (options.plans.before.length > 0) yield* broughtBack(self, options, ++round);
    for (;;) {
      const call = yield* self.receive();
      // What is left of a round before.
      if (call.type !== "call") continue;
      const head = { file: options.file, warnings: [] };
      const refusal = refusalOf(options);
      const answer =
        refusal === undefined
          ? yield* reloaded(self, options, call.request, ++round)
          : { ...head, is: "refused" as const, why: refusal };
      round++;
      reply(self, call, answer);
    }
  };
}

/** The desk before this one ended in the middle of a trial, and whoever asked it hears nothing more. */
function* broughtBack(self: DeskSelf, options: ReloadDeskOptions, round: number): ProcessGenerator {
  const devices = options.plans.before.map(({ plan }) => plan.id);
  yield* takenBack(self, options, round, []);
  const cause = "who tried it was started again";
  options.tell({ kind: "configuration", phase: "takenBack", cause, devices });
}

function refusalOf({ running, whyNot }: ReloadDeskOptions): string | undefined {
  if (running !== undefined) return whyNot();
  return "this board has no place to note which configuration it runs: restart it";
}

function* reloaded(
  self: DeskSelf,
  options: ReloadDeskOptions,
  { trialMs, dryRun }: ReloadRequest,
  round: number,
): ProcessGenerator<ReloadReply> {
  const { file, plans, tell } = options;
  const checked = yield* check(self, options, round);
  if (typeof checked === "string") return { file, warnings: [], is: "refused", why: checked };
  const head = { file, warnings: checked.warnings };
  if (checked.type === "checked") {
    tell({ kind: "configuration", phase: "refused", problems: checked.problems.map(({ path }) => path) });
    return { ...head, is: "problems", problems: checked.problems };
  }
  const { changes } = checked;
  if (changes.length === 0) return { ...head, is: "same" };
  const blocked = changes.filter(({ restart }) => restart !== undefined);
  if (blocked.length > 0) {
    tell({ kind: "configuration", phase: "refused", needRestart: blocked.map(({ path }) => path) });
    return { ...head, is: "needsRestart", changes };
  }
  const moved = checked.plans.map(({ plan }) => plan.id);
  if (dryRun) return { ...head, is: "wouldApply", changes, moved };
  // Code may have gone on trial during the check; from here to the plans in force nobody else has a turn.
  const refusal = refusalOf(options);
  if (refusal !== undefined) return { ...head, is: "refused", why: refusal };
  tell({ kind: "configuration", phase: "tried", changes: changes.map(inWords), devices: moved });
  plans.tryOut(checked.plans);
  spread(self, checked.plans, round, []);
  const { failures, unproven } = yield* proven(self, round, moved, trialMs);
  const lost = failures.length > 0 ? failures : noted(options);
  if (lost.length === 0) {
    plans.keep();
    settle(self, round, moved, true);
    tell({ kind: "configuration", phase: "kept", changes: changes.map(inWords), devices: moved });
    return { ...head, is: "applied", changes, moved, unproven };
  }
  settle(self, round, moved, false);
  const failed = lost.map(({ id }) => id);
  const lasting = yield* takenBack(self, options, round + 1, failed);
  tell({ kind: "configuration", phase: "takenBack", cause: causeOf(lost), devices: moved });
  return { ...head, is: "takenBack", changes, failures: lost, lasting };
}

/** Judges the file in a cell of its own. A sentence where that did not come to an end. */
function* check(
  self: DeskSelf,
  { kernel, file, running, emulated }: ReloadDeskOptions,
  round: number,
): ProcessGenerator<Checked | Judged | string> {
  if (!(yield* cleared(self, kernel)))
    return "the check before this one has not ended: this machine is too busy, try again";
  const request: CheckRequest = { round, file, running: running!, emulated };
  const pid = kernel.startCell({
    name: CHECK_CELL,
    body: { module: MODULE.reload, name: "checkCell" },
    args: [request, self.pid],
    heapMb: CHECK_HEAP_MB,
    hangLimitUs: CHECK_LIMIT_MS * 1000,
  });
  const ref = self.monitor(pid);
  const plans: ChangedPlan[] = [];
  for (;;) {
    const message = yield* self.receive(["replanned", "checked", "judged", "down"], {
      within: CHECK_LIMIT_MS,
    });
    if (message !== undefined && message.type !== "down" && message.round !== round) continue;
    switch (message?.type) {
      case "replanned": {
        const { plan, forget } = message.replanned;
        plans.push({ plan, forget, view: message.view });
        continue;
      }
      case "checked":
        yield* self.receive({ type: "down", ref }, { within: CHECK_LIMIT_MS });
        return message;
      case "judged":
        yield* self.receive({ type: "down", ref }, { within: CHECK_LIMIT_MS });
        return { ...message, plans };
      case "down":
        if (message.ref !== ref) continue;
        return `the check ended without an answer: ${describeReason(message.reason)}`;
      default:
        self.demonitor(ref);
        kernel.endCell(CHECK_CELL, pid.incarnation, "late");
        return `the check took longer than ${CHECK_LIMIT_MS / 1000} s: this machine is too busy, try again`;
    }
  }
}

/** Ends a check that nobody waits for: its desk has died, or given it up. False when it is still there after a while. */
function* cleared(self: DeskSelf, kernel: ReloadDeskOptions["kernel"]): ProcessGenerator<boolean> {
  for (const untilUs = self.nowUs() + CLEAR_LIMIT_MS * 1000; ; yield* self.sleep(CLEAR_EVERY_MS)) {
    const left = kernel.cells().find(({ cell }) => cell === CHECK_CELL);
    if (left === undefined) return true;
    if (self.nowUs() >= untilUs) return false;
    kernel.endCell(CHECK_CELL, left.incarnation, "killed");
  }
}

/** Tells keepers and people what is in force. `failed`: who did well until now, and has to again. */
function spread(
  self: DeskSelf,
  changed: readonly ChangedPlan[],
  round: number,
  failed: readonly string[],
): void {
  for (const { plan, forget } of changed) {
    const hasToProve = failed.includes(plan.id);
    const message: NewPlanMessage = { type: "newPlan", round, plan, forget, hasToProve, desk: self.pid };
    self.send(keeperName(plan.id), message);
  }
  self.send(TELEMETRY, { type: "views", views: changed.map(({ view }) => view) });
}

/** Waits for the first word of everybody, and until the trial is over; no longer than the first failure. */
function* proven(
  self: DeskSelf,
  round: number,
  ids: readonly string[],
  trialMs: number,
): ProcessGenerator<Tried> {
  const [trialUs, limitUs] = [trialMs, Math.max(trialMs, PROOF_LIMIT_MS)].map(
    (ms) => self.nowUs() + ms * 1000,
  );
  const unproven = new Set(ids);
  for (;;) {
    const untilUs = unproven.size === 0 ? trialUs! : limitUs!;
    const news = yield* self.receive({ type: "planNews", round }, { untilUs });
    if (news === undefined) return { failures: [], unproven: [...unproven] };
    if (news.failure !== undefined)
      return { failures: [{ id: news.id, cause: news.failure }], unproven: [...unproven] };
    unproven.delete(news.id);
  }
}

function settle(self: DeskSelf, round: number, ids: readonly string[], kept: boolean): void {
  const message: SettledMessage = { type: "settled", round, kept };
  for (const id of ids) self.send(keeperName(id), message);
}

/** All plans are as they were. Returns who of those that failed does not do well all the same. */
function* takenBack(
  self: DeskSelf,
  { plans }: ReloadDeskOptions,
  round: number,
  failed: readonly string[],
): ProcessGenerator<readonly Failure[]> {
  const before = plans.takeBack().map((each) => ({ ...each, forget: [] }));
  spread(self, before, round, failed);
  const ids = before.map(({ plan }) => plan.id);
  const { failures } = yield* proven(self, round, ids, 0);
  settle(self, round, ids, true);
  return failures;
}

/** From now on runtimes are started with it. Returns why not, as a failure of the board. */
function noted({ running }: ReloadDeskOptions): readonly Failure[] {
  try {
    makeRunning(running!);
    return [];
  } catch (error) {
    return [{ id: "board", cause: `it could not be noted: ${(error as Error).message}` }];
  }
}

function inWords({ path, from, to }: FieldChange): string {
  return `${path}: ${from} becomes ${to}`;
}

function causeOf(failures: readonly Failure[]): string {
  return failures.map(({ id, cause }) => `${id}: ${cause}`).join("; ");
}
