/** The bodies of device and controller cells: what a keeper starts, by module and export name. */
import type { Hardware } from "../../firmware/contracts/hardware.ts";
import type { Snapshot } from "../../runtime/behaviour/system-message.ts";
import type { CellResources } from "../../runtime/process/cell-contract.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import { irrigationLaw } from "../controllers/irrigation.ts";
import { thermostatLaw } from "../controllers/thermostat.ts";
import { createTask, type TaskFactory } from "../tasks/task-catalogue.ts";
import type { ControlLaw } from "./control-law.ts";
import { type ControllerBefore, type ControllerSnapshot, controllerProcess } from "./controller-process.ts";
import type { ControllerPlan, DevicePlan, Start } from "./device-plan.ts";
import { type DeviceSnapshot, deviceProcess } from "./device-process.ts";
import type { ControllerMessage, DeviceMessage } from "./messages.ts";
import { type DeviceBefore, isSameTask, underNewPlan } from "./replan.ts";

/** What a device's cell is given. */
export interface DeviceResources extends CellResources {
  readonly hardware: Hardware;
  /** Edges of `line` go to this process from now on. */
  watchEdges(line: string, pid: Pid): void;
  /** A new version of the driver, in the place of the catalogue's. */
  readonly createTask?: TaskFactory;
}

/** The resources of a device's cell over its hardware: edges are handed over at each wake. */
export function deviceResources(hardware: Hardware): DeviceResources {
  const edges = new Map<string, Pid>();
  return {
    hardware,
    watchEdges: (line, pid) => void edges.set(line, pid),
    poll: (post) =>
      hardware.poll((edge) => {
        const pid = edges.get(edge.line);
        if (pid !== undefined) post(pid, { type: "edge", edge });
      }),
  };
}

export function* deviceCell(
  self: Self<DeviceMessage>,
  plan: DevicePlan,
  start: Start,
  keeper: Pid,
): ProcessGenerator {
  const limitSlices = ({ job }: DevicePlan) => self.limitSlices(job.hardDeadlineUs);
  yield* deviceWith(self, self.resources as DeviceResources, plan, start, keeper, limitSlices);
}

/**
 * A device that was given its hardware, in a cell of its own or beside others. `planned`: told of each plan that takes
 * the place of the one it was started with.
 */
export function* deviceWith(
  self: Self<DeviceMessage>,
  { hardware, watchEdges, createTask: create = createTask }: DeviceResources,
  first: DevicePlan,
  start: Start,
  keeper: Pid,
  planned: (plan: DevicePlan) => void = () => {},
): ProcessGenerator {
  // Code that takes over from other code has its plan from there.
  let plan = ((self.inherited as Snapshot | undefined)?.state as DeviceSnapshot | undefined)?.plan ?? first;
  let task = create(hardware, plan, () => self.nowUs());
  let before: DeviceBefore | undefined;
  for (;;) {
    if (task.edges !== undefined) watchEdges(task.edges, self.pid);
    const left = yield* deviceProcess(self, plan, start, keeper, task, hardware, before);
    if (left === undefined) return;
    const next = left.message.plan;
    planned(next);
    if (!isSameTask(plan, next)) task = create(hardware, next, () => self.nowUs());
    before = underNewPlan(plan, left);
    plan = next;
  }
}

export function* controllerCell(
  self: Self<ControllerMessage>,
  plan: ControllerPlan,
  start: Start,
  keeper: Pid,
): ProcessGenerator {
  const limitSlices = ({ job }: ControllerPlan) => self.limitSlices(job.hardDeadlineUs);
  yield* controllerWith(self, plan, start, keeper, limitSlices);
}

/** A controller in a cell of its own or beside others. `planned`: as for a device. */
export function* controllerWith(
  self: Self<ControllerMessage>,
  plan: ControllerPlan,
  start: Start,
  keeper: Pid,
  planned: (plan: ControllerPlan) => void = () => {},
): ProcessGenerator {
  let before: ControllerBefore | undefined;
  // Code that takes over from other code has its plan from there.
  const inherited = (self.inherited as Snapshot | undefined)?.state as ControllerSnapshot | undefined;
  for (let inForce = inherited?.plan ?? plan; ; ) {
    const left = yield* controllerProcess(self, inForce, start, keeper, createLaw(inForce), before);
    if (left === undefined) return;
    inForce = left.message.plan;
    planned(inForce);
    before = left;
  }
}

function createLaw({ kind, settings, input: { maxAgeMs } }: ControllerPlan): ControlLaw {
  const number = (name: string) => Number(settings[name]);
  switch (kind) {
    case "thermostat":
      return thermostatLaw({ setpointC: number("setpointC"), bandC: number("bandC"), maxAgeMs });
    case "irrigation":
      return irrigationLaw({
        thresholdPercent: number("thresholdPercent"),
        onForMs: number("onForMs"),
        soakMs: number("soakMs"),
        maxAgeMs,
      });
  }
}
