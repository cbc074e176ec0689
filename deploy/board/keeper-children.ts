/** The keepers of a board as its root supervisor starts them: one each for the MQTT cell, every device and every controller. */
import type { ControllerPlan, DevicePlan } from "../../devices/handler/device-plan.ts";
import { type Home, type KeeperSpec, keeper } from "../../devices/handler/keeper.ts";
import { deviceRule, type LadderRule } from "../../devices/handler/ladder-rule.ts";
import type { CellSpec, ExportRef } from "../../runtime/cell/kernel.ts";
import { CRITICALITY_BAND } from "../../runtime/process/criticality-band.ts";
import { BAND } from "../../runtime/process/process.ts";
import type { ChildSpec } from "../../runtime/supervision/child-spec.ts";
import type { RealtimePlan } from "../config/realtime-schema.ts";
import type { PlansInForce } from "../reload/plans-in-force.ts";
import { MODULE } from "./cell-modules.ts";
import type { KeptLadders } from "./kept-ladders.ts";
import type { keptSettings } from "./kept-settings.ts";
import type { MqttPlan } from "./mqtt-cell-plan.ts";
import { CELL_LIMITS } from "./shared-cells.ts";

/** How long the MQTT cell has to do well after a fall. */
const MQTT_PROBATION_MS = 30_000;
/** How long the MQTT cell may keep its thread: it loads a broker. */
const MQTT_HANG_LIMIT_MS = 2000;
/** An orderly end of a device: its output goes safe and is read back. */
const SHUTDOWN_MS = 2000;

export interface KeeperChildrenOptions {
  /** Where keepers start cells. */
  readonly home: Home;
  readonly kept: ReturnType<typeof keptSettings>;
  readonly keptLadders: KeptLadders;
  readonly realtime: RealtimePlan;
  readonly emulated: boolean;
  readonly controllers: readonly ControllerPlan[];
  /** What each of their lives begins with, which is not always what the board was started with. */
  readonly plans: PlansInForce;
  /** What makes a device's hardware in its cell. */
  readonly hardware: ExportRef;
  /** How long the kernel's thread may stall, ms; the MQTT cell may for as long, where that is longer than its own limit. */
  readonly kernelLimitMs: number | undefined;
}

/** What a keeper has to know of its device or controller beside the cell. */
type Relations = Pick<KeeperSpec, "rule" | "dependsOn" | "dependents" | "before" | "keepLadder">;

export class KeeperChildren {
  readonly #options: KeeperChildrenOptions;

  constructor(options: KeeperChildrenOptions) {
    this.#options = options;
  }

  /** Broker or client, page, telemetry. */
  mqtt(plan: MqttPlan): ChildSpec {
    const { kernelLimitMs = 0, plans } = this.#options;
    return this.#child(
      "mqtt",
      { rule: deviceRule(MQTT_PROBATION_MS) },
      (): CellSpec => ({
        name: "mqtt",
        loop: "event",
        body: { module: MODULE.mqtt, name: "mqttCell" },
        setup: { module: MODULE.mqtt, name: "mqttSetup", data: { ...plan, devices: plans.views } },
        args: [],
        heapMb: 64,
        lastMessages: CELL_LIMITS.lastMessages,
        hangLimitUs: Math.max(MQTT_HANG_LIMIT_MS, kernelLimitMs) * 1000,
      }),
    );
  }

  device(device: DevicePlan): ChildSpec {
    const { id, ladder } = device;
    const dependents = this.#options.controllers
      .filter(({ dependsOn }) => dependsOn.includes(id))
      .map((controller) => controller.id);
    return this.#child(
      id,
      { ...this.#resuming(id, ladder), dependents },
      (start, keeperPid): CellSpec => ({
        body: { module: MODULE.cells, name: "deviceCell" },
        setup: this.#options.hardware,
        args: [this.#options.plans.of(device), start, keeperPid],
        ...this.#cellOf(this.#options.plans.of(device)),
      }),
    );
  }

  controller(controller: ControllerPlan): ChildSpec {
    const { id, ladder, dependsOn } = controller;
    return this.#child(
      id,
      { ...this.#resuming(id, ladder), dependsOn },
      (start, keeperPid): CellSpec => ({
        body: { module: MODULE.cells, name: "controllerCell" },
        args: [this.#options.plans.of(controller), start, keeperPid],
        ...this.#cellOf(this.#options.plans.of(controller)),
      }),
    );
  }

  #cellOf({ id, criticality, precision, job }: DevicePlan | ControllerPlan) {
    const place = this.#options.realtime.cells[id];
    return {
      name: id,
      band: CRITICALITY_BAND[criticality],
      ...CELL_LIMITS,
      precision,
      ...(place === undefined ? {} : { place }),
      hangLimitUs: job.hardDeadlineUs,
    };
  }

  /** The ladder of a device or controller goes on where the runtime or board before left it. */
  #resuming(id: string, rule: LadderRule): Relations {
    const { keptLadders } = this.#options;
    return {
      rule,
      ...keptLadders.of(id, rule),
      keepLadder: (record, isStep) => keptLadders.keep(id, rule, record, isStep),
    };
  }

  #child(id: string, relations: Relations, cell: KeeperSpec["cell"]): ChildSpec {
    const { home, kept, emulated } = this.#options;
    const body = keeper(home, {
      id,
      cell,
      ...relations,
      kept: kept.of(id) ?? {},
      keep: (values) => kept.keep(id, values),
      emulated,
    });
    return {
      id,
      restart: "permanent",
      shutdownMs: SHUTDOWN_MS,
      start: (self) => self.spawn(body, [], { label: `keeper of ${id}`, band: BAND.system }),
    };
  }
}
