/** Every device and controller as people see it, worked out of the configuration. */
import { driverNamed, type Reading } from "../../devices/catalogue.ts";
import type { ControllerPlan, DevicePlan } from "../../devices/handler/device-plan.ts";
import { staleAfterMs } from "../../devices/handler/telemetry-pace.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { controllerPlans, devicePlans } from "../config/plan.ts";
import { eventTypes } from "../homeassistant/reading-entities.ts";
import type { TelemetryDevice } from "./telemetry.ts";

const PROCESS_FAULTS = ["crash", "hang", "leak"] as const;

/** Devices, then controllers; in the order of the file. */
export function deviceViews(config: BoardConfig): readonly TelemetryDevice[] {
  const emulated = config.hardware === "emulated";
  return [
    ...devicePlans(config).map((plan) => deviceView(plan, emulated)),
    ...controllerPlans(config).map((plan) => controllerView(plan, emulated)),
  ];
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
