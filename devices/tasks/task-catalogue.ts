/** Which adapter serves which driver of the catalogue. Adding a driver adds one line here. */
import type { Hardware } from "../../firmware/contracts/hardware.ts";
import type { Ds18b20Bits } from "../drivers/ds18b20.ts";
import type { PulseScale } from "../drivers/pulse-counter.ts";
import type { ServoOptions } from "../drivers/servo.ts";
import type { DevicePlan } from "../handler/device-plan.ts";
import type { DeviceTask } from "../handler/task.ts";
import { type AnalogueSettings, analogueTask } from "./analogue.ts";
import { climateTask } from "./climate.ts";
import { contactTask } from "./contact.ts";
import { fanTask } from "./fan.ts";
import { lightTask } from "./light.ts";
import { pulseTask } from "./pulses.ts";
import { buttonTask } from "./push-button.ts";
import { servoTask } from "./servo.ts";
import { type SoilSettings, soilTask } from "./soil.ts";
import { ledTask, relayTask } from "./switch.ts";
import { thermometerTask } from "./thermometer.ts";

/** Makes the adapter of a driver. */
export type TaskFactory = (hardware: Hardware, plan: DevicePlan, nowUs: () => number) => DeviceTask;

const TASKS: Readonly<Record<string, TaskFactory>> = {
  bme280: onBus((hardware, bus, address) => climateTask(hardware, bus, address)),
  ads1115: onBus((hardware, bus, address, { settings }) =>
    soilTask(hardware, bus, address, settings as unknown as SoilSettings),
  ),
  bh1750: onBus((hardware, bus, address) => lightTask(hardware, bus, address)),
  mcp3008: onBus((hardware, bus, select, { settings }) =>
    analogueTask(hardware, bus, select, settings as unknown as AnalogueSettings),
  ),
  ds18b20: onBus((hardware, bus, place, { settings }) =>
    thermometerTask(hardware, bus, place, Number(settings.bits) as Ds18b20Bits),
  ),
  button: (hardware, plan) => buttonTask(hardware, lineOf(plan), Number(plan.settings.stuckAfterMs)),
  contact: (hardware, plan) => contactTask(hardware, lineOf(plan)),
  "pulse-counter": (hardware, plan) =>
    pulseTask(hardware, lineOf(plan), plan.settings as unknown as PulseScale),
  relay: (hardware, plan) => relayTask(hardware, lineOf(plan)),
  led: (hardware, plan) => ledTask(hardware, lineOf(plan)),
  "pwm-fan": (hardware, plan, nowUs) => fanTask(hardware, lineOf(plan), nowUs),
  servo: (hardware, plan, nowUs) => servoTask(hardware, lineOf(plan), plan.settings as ServoOptions, nowUs),
};

/** The adapter of the plan's driver. A driver without one is a defect: the configuration was checked. */
export function createTask(hardware: Hardware, plan: DevicePlan, nowUs: () => number): DeviceTask {
  const factory = TASKS[plan.driver];
  if (factory === undefined) throw new TypeError(`no task for driver "${plan.driver}"`);
  return factory(hardware, plan, nowUs);
}

function onBus(
  make: (hardware: Hardware, bus: string, address: number, plan: DevicePlan) => DeviceTask,
): TaskFactory {
  return (hardware, plan) => {
    if (plan.chip === undefined) throw new TypeError(`${plan.id}: ${plan.driver} needs a bus`);
    return make(hardware, plan.chip.bus, plan.chip.address, plan);
  };
}

function lineOf({ id, driver, output, input }: DevicePlan): string {
  const line = output?.line ?? input?.line;
  if (line === undefined) throw new TypeError(`${id}: ${driver} needs a line`);
  return line;
}
