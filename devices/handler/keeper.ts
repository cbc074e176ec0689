/**
 * The keeper of one device or controller: starts its cell, starts it again when it ended, and passes its ladder from
 * one life to the next.
 *
 * It runs in the kernel's cell and never waits for the device without a limit. While the device lives, the device
 * walks the ladder and reports it here; what comes from outside (orders, dependencies) is passed on to it, and taken
 * here if the device ends without having taken it. A crash costs the device its mode only beyond the ladder's
 * intensity; while it is off there is no cell, and the keeper waits for what ends that.
 */
import type { CellSpec, Kernel } from "../../runtime/cell/kernel.ts";
import type { Body } from "../../runtime/process/cell-contract.ts";
import { describeReason, type ExitReason, rootCause } from "../../runtime/process/exit-reason.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import { causeOfEnd, describeCause, type EndCause } from "./cause.ts";
import type { Start } from "./device-plan.ts";
import { Ladder, type Step } from "./ladder.ts";
import type { LadderRule } from "./ladder-rule.ts";
import { freshLadder, holds, type LadderRecord, type Told } from "./ladder-state.ts";
import { ladderPatch, stepEvent } from "./ladder-walk.ts";
import { type KeeperMessage, type StatePatch, TELEMETRY } from "./messages.ts";
import type { Mode } from "./mode.ts";
import { PlanWatch } from "./plan-watch.ts";
import type { NewPlanMessage, SettledMessage } from "./replan.ts";

export interface KeeperSpec {
  readonly id: string;
  /** The cell for one life; the keeper's own pid is where the device reports its ladder. */
  cell(start: Start, keeper: Pid): CellSpec;
  readonly rule: LadderRule;
  /** Where it stood when the runtime before ended; default: at the top, never started again. */
  readonly before?: LadderRecord;
  /** Stores where it stands. `isStep`: after a step or an order; else it was only started again. */
  keepLadder?(record: LadderRecord, isStep: boolean): void;
  /** Devices that it goes to `safe` with, and controllers that go with it. */
  readonly dependsOn?: readonly string[];
  readonly dependents?: readonly string[];
  /** What commands had changed before this start of the board. */
  readonly kept: Start["kept"];
  readonly emulated: boolean;
  /** Stores what commands changed. */
  keep(values: Start["kept"]): void;
}

/** The name under which the keeper of a device is registered. */
export function keeperName(id: string): string {
  return `${id}.keeper`;
}

/** Shortest time between two starts of a cell: limits a device that dies at once to 20 Hz. */
const SHORTEST_LIFE_MS = 50;
const SHUTDOWN_MS = 1500;

/** Where the keeper's device runs: in a cell of its own, or with others in one. */
export type Home = Pick<Kernel, "startCell" | "endCell">;

export function keeper(home: Home, spec: KeeperSpec): Body<[], KeeperMessage> {
  return function* keep(self) {
    self.trapExit();
    const { id, rule, before, dependsOn = [], dependents = [] } = spec;
    let ladder = new Ladder(rule, before?.state ?? freshLadder(rule));
    const plans = new PlanWatch(self, id);
    let kept = spec.kept;
    let restarts = before?.restarts ?? 0;
    /** Given to the living device, and not yet in a state that it reported. */
    let underWay: Told[] = [];
    self.register(keeperName(id));
    /** What the telemetry was told last; it is told again when it starts anew. */
    let told: StatePatch = restarts === 0 ? {} : { restarts };
    const tell = (patch: StatePatch) => {
      told = patch;
      self.send(TELEMETRY, { type: "state", device: id, patch });
    };
    const announce = () => {
      const { restarts } = told;
      if (ladder.mode === "off") tell({ ...told, ...ladderPatch(ladder, self.nowUs()) });
      // While the device lives, it says itself how it is.
      else if (restarts !== undefined)
        self.send(TELEMETRY, { type: "state", device: id, patch: { restarts } });
    };
    const tellDependents = () => {
      const { mode, reason } = ladder.state;
      for (const dependent of dependents) {
        const cause = reason === undefined ? {} : { cause: reason };
        self.send(keeperName(dependent), { type: "rely", device: id, mode, ...cause });
      }
    };
    const save = (isStep = true) => spec.keepLadder?.({ restarts, state: ladder.state }, isStep);
    /** A step that was made here. */
    const stepped = (step: Step | undefined) => {
      if (step === undefined) return;
      self.send(TELEMETRY, { type: "event", event: stepEvent(id, step) });
      tellDependents();
    };
    /** What it depends on is well, and nobody had said otherwise. */
    const isOldNews = (what: Told) =>
      what.type === "rely" &&
      !holds(what.mode) &&
      ladder.state.heldBy[what.device] === undefined &&
      !underWay.some((other) => other.type === "rely" && other.device === what.device);
    /** Nobody else is there to take it. */
    const take = (what: Told) => {
      const { step, refused } = ladder.take(what, self.nowUs());
      if (refused !== undefined && what.type === "operate") {
        self.send(TELEMETRY, { type: "refused", device: id, command: what.command, reason: refused });
      }
      stepped(step);
      save();
    };
    /** Between two lives there is nobody to prove it, but what it is started with. */
    const newPlan = (message: NewPlanMessage) => {
      plans.begin(message, ladder.mode === "off");
      ladder = new Ladder(message.plan.ladder, ladder.state);
    };
    const settled = (message: SettledMessage) => {
      const rest = plans.settled(message, kept);
      if (rest !== kept) spec.keep(rest);
      kept = rest;
    };
    for (const device of dependsOn) self.send(keeperName(device), { type: "ask" });
    tellDependents();

    for (;;) {
      if (ladder.mode === "off" && (yield* offOrStop())) return;
      const startedUs = self.nowUs();
      const start = { ladder: ladder.state, kept: plans.counting(kept), emulated: spec.emulated };
      const pid = home.startCell(spec.cell(start, self.pid));
      const ref = self.monitor(pid);
      let ended: ExitReason | undefined;
      while (ended === undefined) {
        const message = yield* self.receive();
        switch (message.type) {
          case "ladder": {
            const { mode, reason, told: taken } = ladder.state;
            ladder.goOn(message.state);
            if (ladder.reason !== undefined && isLower(rule, ladder.mode, mode)) plans.fell(ladder.reason);
            underWay = underWay.slice(Math.max(0, message.state.told - taken));
            if (ladder.mode !== mode || ladder.reason !== reason) tellDependents();
            save();
            break;
          }
          case "operate":
          case "rely":
            if (isOldNews(message)) break;
            underWay.push(message);
            self.send(pid, { type: "told", told: message });
            break;
          case "ask":
            tellDependents();
            break;
          case "keep":
            kept = { ...kept, ...message.values };
            plans.commanded(message.values);
            spec.keep(kept);
            break;
          case "newPlan":
            newPlan(message);
            self.send(pid, {
              type: "replan",
              round: message.round,
              plan: message.plan,
              kept: plans.counting(kept),
              hasToProve: message.hasToProve,
            });
            break;
          case "proved":
            plans.proved(message);
            break;
          case "settled":
            settled(message);
            break;
          case "announce":
            announce();
            break;
          case "exit": {
            self.exit(pid, "shutdown");
            const down = yield* self.receive({ type: "down", ref }, { within: SHUTDOWN_MS });
            if (down === undefined) home.endCell(id, pid.incarnation, "killed");
            return;
          }
          case "down":
            if (message.ref === ref) ended = message.reason;
        }
      }
      if (ladder.mode !== "off") crashed(ended);
      for (const what of underWay.splice(0)) take(what);
      if (ladder.mode === "off") continue;
      const livedMs = (self.nowUs() - startedUs) / 1000;
      if (livedMs < SHORTEST_LIFE_MS && (yield* waitOrStop(SHORTEST_LIFE_MS - livedMs))) return;
    }

    /** It ended, and nobody had asked it to. What others did is told, and no matter of its ladder. */
    function crashed(reason: ExitReason): void {
      const innocent = isInnocent(id, reason);
      const end: EndCause = innocent
        ? { kind: "crash", reason: describeReason(reason) }
        : causeOfEnd(rootCause(reason));
      const cause = describeCause(end);
      restarts++;
      if (!innocent) plans.fell(end);
      const step = innocent ? undefined : ladder.crashed(self.nowUs(), end);
      stepped(step);
      save(step !== undefined);
      const { mode } = ladder;
      const event = { kind: "restart", device: id, cause, why: end, restarts, mode };
      self.send(TELEMETRY, { type: "event", event });
      if (mode !== "off")
        tell({ mode: "starting", restarts, cause, why: end, ready: false, commanded: null });
    }

    /** Without a cell, until the ladder leads up again; true when the keeper has to stop. */
    function* offOrStop() {
      tell({ restarts, ready: false, commanded: null, ...ladderPatch(ladder, self.nowUs()) });
      for (;;) {
        stepped(ladder.expire(self.nowUs()));
        if (ladder.mode !== "off") break;
        const message = yield* self.receive(undefined, { untilUs: ladder.nextUs });
        switch (message?.type) {
          case "operate":
          case "rely":
            if (!isOldNews(message)) take(message);
            announce();
            break;
          case "ask":
            tellDependents();
            break;
          case "newPlan":
            newPlan(message);
            break;
          case "settled":
            settled(message);
            break;
          case "announce":
            announce();
            break;
          case "exit":
            return true;
        }
      }
      tell({
        restarts,
        ready: false,
        commanded: null,
        ...ladderPatch(ladder, self.nowUs()),
        mode: "starting",
      });
      save();
      return false;
    }

    function* waitOrStop(ms: number) {
      for (const untilUs = self.nowUs() + ms * 1000; ; announce()) {
        const message = yield* self.receive(["exit", "announce"], { untilUs });
        if (message?.type !== "announce") return message !== undefined;
      }
    }
  };
}

function isLower({ rungs }: LadderRule, mode: Mode, than: Mode): boolean {
  return rungs.indexOf(mode) > rungs.indexOf(than);
}

/** Its cell ended because of another device: that counts once, as a failure of the cell. */
function isInnocent(id: string, reason: ExitReason): boolean {
  return typeof reason === "object" && "cell" in reason && (reason.culprit ?? id) !== id;
}
