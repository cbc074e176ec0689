/** The bodies of device and controller cells: what a keeper starts, by module and export name. */
import type { Hardware } from "../../firmware/contracts/hardware.ts";
import type { CellResources } from "../../runtime/process/cell-contract.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import { irrigationLaw } from "../controllers/irrigation.ts";
import { thermostatLaw } from "../controllers/thermostat.ts";
import { createTask, type TaskFactory } from "../tasks/task-catalogue.ts";
import type { ControlLaw } from "./control-law.ts";
import { controllerProcess } from "./controller-process.ts";
import type { ControllerPlan, DevicePlan, Start } from "./device-plan.ts";
import { deviceProcess } from "./device-process.ts";
import type { ControllerMessage, DeviceMessage } from "./messages.ts";

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
  yield* deviceWith(self, self.resources as DeviceResources, plan, start, keeper);
}

/** A device that was given its hardware, in a cell of its own or beside others. */
export function* deviceWith(
  self: Self<DeviceMessage>,
  { hardware, watchEdges, createTask: create = createTask }: DeviceResources,
  plan: DevicePlan,
  start: Start,
  keeper: Pid,
): ProcessGenerator {
  const task = create(hardware, plan, () => self.nowUs());
  if (task.edges !== undefined) watchEdges(task.edges, self.pid);
  yield* deviceProcess(self, plan, start, keeper, task, hardware);
}

export function* controllerCell(
  self: Self<ControllerMessage>,
  plan: ControllerPlan,
  start: Start,
  keeper: Pid,
): ProcessGenerator {
  yield* controllerProcess(self, plan, start, keeper, createLaw(plan));
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
