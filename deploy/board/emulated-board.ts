/**
 * The world behind an emulated board: a chip for each device on a bus, a contact for each button, and the
 * greenhouse model between what the outputs do and what the chips measure.
 */

import { driverNamed } from "../../devices/catalogue.ts";
import { Ads1115Chip } from "../../devices/chips/ads1115.ts";
import { Bh1750Chip } from "../../devices/chips/bh1750.ts";
import { Bme280Chip } from "../../devices/chips/bme280.ts";
import type { DevicePlan } from "../../devices/handler/device-plan.ts";
import {
  Greenhouse,
  type GreenhouseOverrides,
  type GreenhouseValues,
} from "../../devices/world/greenhouse.ts";
import { PulseSource } from "../../devices/world/pulse-source.ts";
import type { I2cChip } from "../../firmware/contracts/chip.ts";
import { wireBusLines } from "../../firmware/emulated/bus-lines.ts";
import { EmulatedLines } from "../../firmware/emulated/emulated-lines.ts";
import type { World } from "../../firmware/emulated/world-guardian.ts";
import type { Clock } from "../../runtime/time/clock.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { boardPlan, devicePlans, hardwarePlan } from "../config/plan.ts";
import { emulatedBuses } from "./emulated-buses.ts";
import { EmulatedExpanders } from "./emulated-expanders.ts";
import { EmulatedWires } from "./emulated-wires.ts";

export interface EmulatedBoard extends World {
  /** Moves the model on by this much and shows it to the chips. */
  step(seconds: number): void;
}

type Feed = (values: GreenhouseValues) => void;

/** `onFree`: what outputs do when the guardian dies; `keep` as on Raspberry Pi kernels. */
export function emulatedBoard(
  config: BoardConfig,
  clock: Clock,
  { timeScale, onFree = "keep" }: { timeScale?: number; onFree?: "keep" | "input" } = {},
): EmulatedBoard {
  const { world } = boardPlan(config);
  const plans = devicePlans(config);
  const devices = new Map(plans.map((plan) => [plan.id, plan]));
  const lines = new EmulatedLines({ clock, onFree });
  const hardware = hardwarePlan(config);
  const buses = emulatedBuses(hardware.buses);
  wireBusLines(hardware, lines, buses);
  const model = new Greenhouse({ seed: world.seed, timeScale: timeScale ?? world.timeScale });
  const feeds: Feed[] = [];
  const expanders = new EmulatedExpanders(hardware.expanders ?? [], buses);
  const wires = new EmulatedWires(hardware.buses, plans, clock);
  const pulses = new Map<string, PulseSource>();
  for (const plan of plans) {
    if (plan.input?.counts === true) {
      const { line, activeLow } = plan.input;
      const drive = (level: 0 | 1, atUs: number) =>
        lines.drive(line, (activeLow ? 1 - level : level) as 0 | 1, atUs);
      pulses.set(plan.id, new PulseSource(drive));
    }
    if (plan.chip === undefined || driverNamed(plan.driver).hardware !== "i2c") continue;
    const { chip, feed } = createChip(plan, clock);
    buses[plan.chip.bus]?.attach(plan.chip.address, chip);
    feeds.push(feed);
  }
  const show = () => {
    for (const feed of feeds) feed(model.readings);
    wires.show(model.readings);
  };
  show();
  const level = (plan: DevicePlan | undefined): number => {
    if (plan?.output === undefined) return 0;
    const { line, activeLow } = plan.output;
    const found = lines.find(line);
    const driven = found?.driven === true ? found.level : expanders.level(line);
    if (driven === undefined) return 0;
    return activeLow ? 1 - driven : driven;
  };
  const outputOf = (kind: string) =>
    plans.find(({ ownedBy }) => ownedBy !== undefined && config.controllers?.[ownedBy]?.kind === kind);
  const heater = outputOf("thermostat");
  const pump = outputOf("irrigation");
  const fan = plans.find(({ driver }) => driver === "pwm-fan");
  return {
    lines,
    buses,
    wires: wires.wires,
    step: (seconds) => {
      for (const source of pulses.values()) source.step(clock.now());
      model.step(seconds, { heaterOn: level(heater) > 0, pumpOn: level(pump) > 0, fanLevel: level(fan) });
      show();
    },
    onSet: (device, set) => {
      const plan = devices.get(device);
      if (plan === undefined) throw new Error(`no device "${device}" in this world`);
      for (const [key, value] of Object.entries(set)) change(plan, key, value);
    },
  };

  function change(plan: DevicePlan, key: string, value: unknown): void {
    if (key === "fault") {
      if (value !== null && value !== "unplugged")
        throw new Error(`fault ${JSON.stringify(value)} is not known here`);
      const fault = value === null ? undefined : ({ kind: "unplugged" } as const);
      if (plan.output !== undefined && expanders.setFault(plan.output.line, fault)) return;
      if (wires.unplug(plan, value !== null)) return;
      if (plan.chip === undefined) throw new Error(`${plan.id} is on no bus: it cannot be unplugged`);
      buses[plan.chip.bus]?.setFault(plan.chip.address, fault);
      return;
    }
    const field = driverNamed(plan.driver).world[key];
    if (field === undefined) throw new Error(`${plan.id} has nothing called "${key}"`);
    if (field.type === "boolean" && plan.input !== undefined) {
      if (typeof value !== "boolean") throw new Error(`${key} is true or false`);
      const pressed = value ? 1 : 0;
      lines.drive(plan.input.line, (plan.input.activeLow ? 1 - pressed : pressed) as 0 | 1);
      return;
    }
    const source = pulses.get(plan.id);
    if (source !== undefined) {
      if (typeof value !== "number" || !(value >= 0)) throw new Error(`${key} is a number, 0 or more`);
      source.setFrequencyHz(value, clock.now());
      return;
    }
    if (value !== null && typeof value !== "number") throw new Error(`${key} is a number, or null to let go`);
    if (wires.set(plan.id, value)) return;
    model.override({ [key]: value } as GreenhouseOverrides);
    show();
  }
}

/** The chip of a device on a bus, and how the model reaches it. */
function createChip({ id, driver, settings }: DevicePlan, clock: Clock): { chip: I2cChip; feed: Feed } {
  switch (driver) {
    case "bme280": {
      const chip = new Bme280Chip(clock);
      const feed: Feed = ({ temperatureC, humidityPercent, pressurePa }) => {
        chip.setTemperatureC(temperatureC);
        chip.setHumidityPercent(humidityPercent);
        chip.setPressurePa(pressurePa);
      };
      return { chip, feed };
    }
    case "ads1115": {
      const chip = new Ads1115Chip(clock);
      const channel = Number(settings.channel) as 0 | 1 | 2 | 3;
      const dry = Number(settings.dryVolts);
      const wet = Number(settings.wetVolts);
      const feed: Feed = ({ moisturePercent }) =>
        chip.setVolts(channel, dry + ((wet - dry) * moisturePercent) / 100);
      return { chip, feed };
    }
    case "bh1750": {
      const chip = new Bh1750Chip(clock);
      return { chip, feed: ({ illuminanceLx }) => chip.setLux(illuminanceLx) };
    }
    default:
      throw new TypeError(`${id}: no emulated chip for driver "${driver}"`);
  }
}
