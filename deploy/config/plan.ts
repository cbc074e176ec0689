/** What the parts of a board are told, worked out of a checked configuration: numbers only, defaults filled in. */
import { driverNamed } from "../../devices/catalogue.ts";
import { controllerNamed } from "../../devices/controller-catalogue.ts";
import { durationMs } from "../../devices/field.ts";
import type {
  AbroadPlan,
  ControlledOutput,
  ControllerPlan,
  DevicePlan,
  JobPlan,
} from "../../devices/handler/device-plan.ts";
import { controllerRule, deviceRule } from "../../devices/handler/ladder-rule.ts";
import type { HardwarePlan, InterlockPlan } from "../../firmware/contracts/output-plan.ts";
import { BOARD_DESK } from "../links/board-desk.ts";
import { outputDoorName, readingDoorName } from "../links/door-name.ts";
import { placeOf } from "./abroad.ts";
import type { BoardConfig, ControllerConfig, WorldConfig } from "./board-schema.ts";
import { brokerText } from "./broker-field.ts";
import { busLinePlans, busPlans } from "./bus-plan.ts";
import type { DeviceConfig, OutputDeviceConfig } from "./device-schema.ts";
import { expanderPlans, railPlans } from "./expander-plan.ts";
import { expanderPin } from "./expander-schema.ts";
import { DEFAULT_PREFIX } from "./homeassistant-schema.ts";
import { inputPolicy } from "./input-policy.ts";
import { linkTimes } from "./links-schema.ts";
import { DEFAULT_MAX_OVERRIDE, outputPolicy } from "./output-policy.ts";
import { lentOutputs, rightsBook } from "./rights-schema.ts";
import { settingsOf } from "./settings.ts";
import { fullTiming, lowerTiming, precisionOf, type TimingMs } from "./timing.ts";
import { isSpi, W1_BUS, w1Devices, wirePlans } from "./wired-buses.ts";

/** The board as a whole. */
export interface BoardPlan {
  readonly id: string;
  readonly hardware: BoardConfig["hardware"];
  /** Only used where the hardware is emulated. */
  readonly world: Required<WorldConfig>;
  readonly mqtt: {
    readonly root: string;
    /** One address, or several with commas between them. */
    readonly url?: string;
    /** Only where Home Assistant is to be told of the board. */
    readonly homeAssistant?: { readonly prefix: string };
  };
}

export function boardPlan({ board, hardware, world = {}, mqtt = {} }: BoardConfig): BoardPlan {
  const { model = "greenhouse", seed = 1, timeScale = 1 } = world;
  return {
    id: board.id,
    hardware,
    world: { model, seed, timeScale },
    mqtt: {
      root: mqtt.root ?? "holdfast",
      ...(mqtt.url !== undefined && { url: brokerText(mqtt.url) }),
      ...(mqtt.homeAssistant !== undefined && {
        homeAssistant: { prefix: DEFAULT_PREFIX, ...mqtt.homeAssistant },
      }),
    },
  };
}

/** What the guardian owns. */
export function hardwarePlan(config: BoardConfig): HardwarePlan {
  const devices = devicePlans(config);
  const { expanders = {} } = config;
  return {
    outputs: [
      ...devices.flatMap(({ output }) =>
        output === undefined || expanderPin(output.line) !== undefined ? [] : [output],
      ),
      ...railPlans(expanders),
      ...busLinePlans(config),
    ],
    inputs: devices.flatMap(({ input }) => input ?? []),
    buses: [...busPlans(config), ...wirePlans(config)],
    ...(config.expanders !== undefined && { expanders: expanderPlans(expanders, devices) }),
    ...(config.interlocks !== undefined && { interlocks: interlockPlans(config.interlocks, devices) }),
  };
}

function interlockPlans(
  interlocks: NonNullable<BoardConfig["interlocks"]>,
  devices: readonly DevicePlan[],
): readonly InterlockPlan[] {
  return Object.entries(interlocks).map(([name, { outputs, onSecond = "refuse", deadTime }]) => ({
    name,
    lines: devices.flatMap(({ id, output }) =>
      output !== undefined && outputs.includes(id) ? output.line : [],
    ),
    onSecond,
    ...(deadTime !== undefined && { deadTimeMs: durationMs(deadTime) }),
  }));
}

/** One plan for each device, in the order of the file. */
export function devicePlans(config: BoardConfig): readonly DevicePlan[] {
  const owners = new Map(Object.entries(config.controllers ?? {}).map(([id, { output }]) => [output, id]));
  const lent = new Set(config.links === undefined ? [] : lentOutputs(rightsBook(config.links)));
  const places = w1Devices(config);
  return Object.entries(config.devices).map(([id, device]) =>
    devicePlan(id, device, places, lent.has(id) ? { lent: true } : ownerPlan(owners.get(id))),
  );
}

/** One plan for each controller, in the order of the file. */
export function controllerPlans({
  controllers = {},
  devices,
  links = {},
}: BoardConfig): readonly ControllerPlan[] {
  const { leaseMs } = linkTimes(links);
  return Object.entries(controllers).map(([id, controller]) => {
    const { name, board } = placeOf(controller.input);
    const [device = ""] = name.split(".");
    // How often another board measures is not known here: its samples are as good as its commands would be.
    const goodForMs = board === undefined ? 3 * durationMs(devices[device]!.every) : leaseMs;
    return controllerPlan(id, controller, goodForMs, leaseMs);
  });
}

function devicePlan(
  id: string,
  device: DeviceConfig,
  w1: readonly string[],
  ownership: Pick<DevicePlan, "ownedBy" | "lent"> | undefined,
): DevicePlan {
  const driver = driverNamed(device.driver);
  const settings = settingsOf(driver.settings, device.settings);
  const full = fullTiming(device);
  const lower = (mode: "reduced" | "safe") => lowerTiming(full, driver.kind, mode, device.modes?.[mode]);
  return {
    id,
    driver: device.driver,
    kind: driver.kind,
    ...placePlan(device, w1),
    readings: driver.readingsFor?.(settings) ?? driver.readings,
    command: driver.commandFor?.(settings) ?? driver.command,
    settings,
    criticality: device.criticality ?? "normal",
    job: jobPlan(full, driver.cost.budgetUs),
    precision: precisionOf(device.precision, full.everyMs, device.criticality),
    modes: [
      { mode: "full", job: jobPlan(full, driver.cost.budgetUs) },
      { mode: "reduced", job: jobPlan(lower("reduced"), driver.cost.budgetUs) },
      { mode: "safe", job: jobPlan(lower("safe"), driver.cost.budgetUs) },
      { mode: "off" },
    ],
    ladder: deviceRule(durationMs(device.probation ?? "30s")),
    publishEveryMs: durationMs(device.publishEvery ?? "1s"),
    ...("safe" in device && commandPlan(device)),
    ...("safe" in device && ownership !== undefined && { ...ownership, ...overridePlan(device) }),
  };
}

function ownerPlan(ownedBy: string | undefined): Pick<DevicePlan, "ownedBy"> | undefined {
  return ownedBy === undefined ? undefined : { ownedBy };
}

/** `w1`: numbers of the devices on 1-wire. */
function placePlan(
  device: DeviceConfig,
  w1: readonly string[],
): Pick<DevicePlan, "chip" | "input" | "output" | "expectChangeMs"> {
  if ("sensor" in device) {
    return { chip: { bus: W1_BUS, address: w1.indexOf(device.sensor), name: device.sensor } };
  }
  if (isSpi(device)) {
    return { chip: { bus: device.bus, address: device.chipSelect, name: `CE${device.chipSelect}` } };
  }
  if ("bus" in device) return { chip: { bus: device.bus, address: Number(device.address) } };
  if ("safe" in device) {
    const { hardware, settings } = driverNamed(device.driver);
    if (hardware !== "pwm") return { output: outputPolicy("line", device) };
    const { frequencyHz: hz } = settingsOf(settings, device.settings);
    return { output: outputPolicy("pwm", device, Math.round(1e9 / Number(hz))) };
  }
  const { expectChange } = device;
  return {
    input: inputPolicy(driverNamed(device.driver), device),
    ...(expectChange !== undefined && { expectChangeMs: durationMs(expectChange) }),
  };
}

/** A device whose safe level is off has an end for every command: its own, or at last `maxOn`. */
function commandPlan({ commandFor, maxOn }: OutputDeviceConfig): Pick<DevicePlan, "commandForMs"> {
  const end = commandFor ?? maxOn;
  return end === undefined ? {} : { commandForMs: durationMs(end) };
}

function overridePlan({
  maxOverride = DEFAULT_MAX_OVERRIDE,
}: OutputDeviceConfig): Pick<DevicePlan, "maxOverrideMs"> {
  return { maxOverrideMs: durationMs(maxOverride) };
}

function controllerPlan(
  id: string,
  config: ControllerConfig,
  goodForMs: number,
  leaseMs: number,
): ControllerPlan {
  const controller = controllerNamed(config.kind);
  const { name, board } = placeOf(config.input);
  const [device = "", reading = ""] = name.split(".");
  const settings = settingsOf(controller.settings, config.settings);
  const timing = fullTiming(config);
  const output = outputPlan(config.output, controller.outputField);
  const maxAgeMs = config.maxAge === undefined ? goodForMs : durationMs(config.maxAge);
  return {
    id,
    kind: config.kind,
    input: {
      device: board === undefined ? device : `${device}@${board}`,
      ...{ reading, unit: controller.inputUnit, maxAgeMs },
      ...(board !== undefined && { abroad: abroadPlan(readingDoorName(device), board) }),
    },
    output,
    onStale: controller.onStale,
    readings: controller.readings,
    command: controller.command(settings),
    settings,
    criticality: config.criticality ?? "normal",
    job: jobPlan(timing, controller.budgetUs),
    precision: precisionOf(config.precision, timing.everyMs, config.criticality),
    ladder: controllerRule(durationMs(config.probation ?? "10s")),
    dependsOn: board === undefined ? [device] : [],
    commandForMs: output.abroad === undefined ? 3 * timing.everyMs : leaseMs,
  };
}

function outputPlan(device: string, field: string): ControlledOutput {
  const { name, board } = placeOf(device);
  if (board === undefined) return { device, field };
  return { device, field, abroad: abroadPlan(outputDoorName(name), board) };
}

function abroadPlan(door: string, board: string): AbroadPlan {
  return { board, door, desk: `${BOARD_DESK}@${board}` };
}

function jobPlan(
  { everyMs, deadlineMs, hardDeadlineMs, budgetMs, phaseMs, onMiss }: TimingMs,
  defaultUs: number,
): JobPlan {
  return {
    everyMs,
    deadlineUs: wholeUs(deadlineMs),
    hardDeadlineUs: wholeUs(hardDeadlineMs),
    ...(budgetMs === undefined
      ? { budgetUs: defaultUs, budgetIsDefault: true as const }
      : { budgetUs: wholeUs(budgetMs) }),
    ...(phaseMs !== undefined && { phaseUs: wholeUs(phaseMs) }),
    onMiss,
  };
}

function wholeUs(ms: number): number {
  return Math.round(ms * 1000);
}
