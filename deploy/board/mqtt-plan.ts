/** What the MQTT cell is told, worked out of the configuration and the options. */
import { driverNamed, type Reading } from "../../devices/catalogue.ts";
import type { ControllerPlan, DevicePlan } from "../../devices/handler/device-plan.ts";
import { staleAfterMs } from "../../devices/handler/telemetry-pace.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { listenPlan } from "../config/listen-schema.ts";
import { loginFiles } from "../config/login-schema.ts";
import { boardPlan, controllerPlans, devicePlans } from "../config/plan.ts";
import type { LastLife } from "../crashes/last-life.ts";
import { eventTypes } from "../homeassistant/reading-entities.ts";
import { boardLife } from "./board-life.ts";
import { machineHash } from "./board-uid.ts";
import type { BootNotice } from "./boot-notice.ts";
import { discoveryPlan } from "./discovery-plan.ts";
import { announcedFile } from "./kept-announced.ts";
import { linksPlan } from "./links-plan.ts";
import type { MqttPlan } from "./mqtt-cell-plan.ts";
import type { BoardOptions } from "./options.ts";
import { outboxPlan } from "./outbox-plan.ts";
import type { TelemetryDevice } from "./telemetry.ts";
import { updateDeskPlan } from "./update-desk-plan.ts";
import { BUILT_AT_MS, VERSION } from "./version.ts";

const PROCESS_FAULTS = ["crash", "hang", "leak"] as const;

export function mqttPlan(board: {
  readonly config: BoardConfig;
  readonly options: BoardOptions;
  /** The board's own for ever. */
  readonly uid: string;
  readonly incarnation: number;
  readonly dashboard: string;
  readonly boot: BootNotice | undefined;
  /** How the last life ended, where that was not in order. */
  readonly lastLife: LastLife | undefined;
  /** Told why the state folder takes nothing. */
  readonly notKept: (why: string) => void;
}): MqttPlan {
  const { config, options, uid, incarnation, dashboard, boot } = board;
  const { id, hardware, mqtt } = boardPlan(config);
  const brokerUrl = options.brokerUrl ?? mqtt.url;
  const homeAssistant = discoveryPlan(config, uid, VERSION);
  const emulated = hardware === "emulated";
  const outbox = outboxPlan(config, options);
  const life = () => boardLife(options.stateFolder, id, board.notKept);
  const links = linksPlan(config, options.config, life);
  return {
    board: id,
    root: mqtt.root,
    version: VERSION,
    hardware,
    uid,
    machine: machineHash(),
    incarnation,
    httpPort: options.httpPort,
    mqttPort: options.mqttPort,
    ...(brokerUrl === undefined ? {} : { brokerUrl }),
    login: loginFiles(config.mqtt ?? {}, options.config),
    ...(config.mqtt?.listen !== undefined && { listen: listenPlan(config.mqtt.listen, options.config) }),
    dashboard,
    devices: [
      ...devicePlans(config).map((plan) => deviceView(plan, emulated)),
      ...controllerPlans(config).map((plan) => controllerView(plan, emulated)),
    ],
    clockFloorMs: BUILT_AT_MS,
    ...(homeAssistant !== undefined && { homeAssistant }),
    announcedFile: announcedFile(options.stateFolder, id),
    ...(outbox === undefined ? {} : { outbox }),
    ...(links === undefined ? {} : { links }),
    ...(boot === undefined ? {} : { boot }),
    ...(board.lastLife && { lastLife: board.lastLife }),
    ...updateDeskPlan(options, process.env),
  };
}

function deviceView(plan: DevicePlan, emulated: boolean): TelemetryDevice {
  const { id, kind, driver, command, readings, ownedBy, modes, maxOverrideMs, output, ladder } = plan;
  const { publishEveryMs, lent } = plan;
  const ages = modes.map(
    ({ mode, job }) => [mode, job === undefined ? 0 : staleAfterMs(job.everyMs, publishEveryMs)] as const,
  );
  const faults = plan.chip === undefined ? PROCESS_FAULTS : [...PROCESS_FAULTS, "unplugged"];
  return {
    id,
    kind,
    driver,
    command,
    readings: readingViews(readings),
    world: emulated ? driverNamed(driver).world : {},
    faults: emulated ? faults : [],
    ownedBy: ownedBy ?? null,
    ...(lent && { lent }),
    modes: ladder.rungs,
    staleAfterMs: Object.fromEntries(ages),
    ...(output === undefined ? {} : { off: offValues(plan), output }),
    ...(maxOverrideMs === undefined ? {} : { maxOverrideMs }),
  };
}

function controllerView(plan: ControllerPlan, emulated: boolean): TelemetryDevice {
  const { id, kind, command, readings, ladder, output } = plan;
  return {
    id,
    kind: "controller",
    driver: kind,
    command,
    readings: readingViews(readings),
    world: {},
    faults: emulated ? PROCESS_FAULTS : [],
    ownedBy: null,
    drives: output.device,
    modes: ladder.rungs,
    staleAfterMs: {},
  };
}

function readingViews(readings: Readonly<Record<string, Reading>>): TelemetryDevice["readings"] {
  const view = (name: string, reading: Reading) => {
    if (reading.type === "number") return { unit: reading.unit, resolution: reading.resolution };
    const { ended } = reading;
    return { unit: "", resolution: 1, ...(ended !== undefined && { events: eventTypes(name, ended) }) };
  };
  return Object.fromEntries(Object.entries(readings).map(([name, reading]) => [name, view(name, reading)]));
}

function offValues({ command }: DevicePlan): Record<string, boolean | number> {
  const fields = "on" in command ? { on: command.on } : command;
  return Object.fromEntries(
    Object.entries(fields).map(([field, { type }]) => [field, type === "boolean" ? false : 0]),
  );
}
