/** What the guardian is told about buses: speeds, multiplexers, chips, and the lines that bring them back. */
import { driverNamed } from "../../devices/catalogue.ts";
import { expanderCost, expanderNamed } from "../../devices/expander-catalogue.ts";
import { durationMs, frequencyHz } from "../../devices/field.ts";
import type { TransferSize } from "../../devices/job-cost.ts";
import { adapterOf, channelPlace } from "../../firmware/channel-name.ts";
import type { BusPlan, ChipPlan, MuxPlan, PulsePlan } from "../../firmware/contracts/bus-plan.ts";
import type { OutputPlan } from "../../firmware/contracts/output-plan.ts";
import { transferUs } from "../../firmware/transfer-time.ts";
import type { BoardConfig } from "./board-schema.ts";
import { type BusConfig, RAIL_DEFAULTS, RESET_DEFAULTS, type ResetConfig } from "./bus-schema.ts";
import type { DeviceConfig, I2cDeviceConfig } from "./device-schema.ts";

/** One plan for each bus, in the order of the file. */
export function busPlans(config: BoardConfig): readonly BusPlan[] {
  const used = usedBuses(config);
  return Object.entries(config.buses ?? {}).map(([bus, { speed, muxes, rail, sda, scl }]): BusPlan => {
    const hz = frequencyHz(speed);
    const own = chipDevices(config).filter((device) => adapterOf(device.bus) === bus);
    const chips = own.flatMap(chipPlan);
    const longestUs = Math.max(
      0,
      ...transfersOn(bus, config).map((size) => transferUs(size, hz) + size.stretchUs),
    );
    return {
      bus,
      hz,
      ...(longestUs > 0 && { longestUs }),
      ...(muxes !== undefined && { muxes: muxPlans(bus, muxes, used) }),
      ...(chips.length > 0 && { chips }),
      ...(rail !== undefined && { rail: pulsePlan(rail, RAIL_DEFAULTS) }),
      ...(sda !== undefined && scl !== undefined && { pins: { sda, scl } }),
    };
  });
}

/** The outputs that are the guardian's own for its buses: resets at rest, rails on. */
export function busLinePlans(config: BoardConfig): readonly OutputPlan[] {
  const buses = Object.values(config.buses ?? {});
  const resets = [
    ...buses.flatMap(({ muxes = {} }) => Object.values(muxes).map(({ reset }) => reset)),
    ...chipDevices(config).map(({ reset }) => reset),
  ];
  const own = { kind: "line", onCrash: "safe" } as const;
  return [
    ...resets.flatMap((reset): OutputPlan[] =>
      reset === undefined
        ? []
        : [{ ...own, line: reset.line, activeLow: reset.activeLow ?? true, safe: "off" }],
    ),
    ...buses.flatMap(({ rail }): OutputPlan[] =>
      rail === undefined ? [] : [{ ...own, line: rail.line, activeLow: rail.activeLow ?? false, safe: "on" }],
    ),
  ];
}

/** Longest time that a chip holds the clock in one transfer, us: what is written, else what is known of the part. */
export function stretchUsOf({ driver, stretch }: Pick<I2cDeviceConfig, "driver" | "stretch">): number {
  return stretch === undefined
    ? (driverNamed(driver).stretchUs ?? 0)
    : Math.round(1000 * durationMs(stretch));
}

/** Names of everything that some device or expander is on. */
function usedBuses({ devices, expanders = {} }: BoardConfig): ReadonlySet<string> {
  const used = Object.values(devices).flatMap((device) => ("address" in device ? [device.bus] : []));
  return new Set([...used, ...Object.values(expanders).map(({ bus }) => bus)]);
}

function chipDevices({ devices }: BoardConfig): readonly I2cDeviceConfig[] {
  return Object.values(devices).filter(
    (device: DeviceConfig): device is I2cDeviceConfig => "address" in device,
  );
}

function muxPlans(
  bus: string,
  muxes: NonNullable<BusConfig["muxes"]>,
  used: ReadonlySet<string>,
): readonly MuxPlan[] {
  const places = [...used].flatMap((name) => channelPlace(name) ?? []).filter((place) => place.bus === bus);
  return Object.entries(muxes).map(([text, { reset }]): MuxPlan => {
    const address = Number(text);
    const channels = places.filter(({ mux }) => mux === address).map(({ channel }) => channel);
    return {
      address,
      channels: channels.sort((a, b) => a - b),
      ...(reset !== undefined && { reset: pulsePlan(reset, RESET_DEFAULTS) }),
    };
  });
}

/** None for a chip that has nothing but the defaults. */
function chipPlan(device: I2cDeviceConfig): readonly ChipPlan[] {
  const { driver, bus, address, retries, reset } = device;
  const { resetCommand } = driverNamed(driver);
  const stretchUs = stretchUsOf(device);
  const line = reset && pulsePlan(reset, RESET_DEFAULTS);
  const command = resetCommand && { bytes: resetCommand };
  const how = line ?? command;
  if (retries === undefined && stretchUs === 0 && how === undefined) return [];
  const plan = {
    ...{ bus, address: Number(address) },
    ...(retries !== undefined && { retries }),
    ...(stretchUs > 0 && { stretchUs }),
    ...(how !== undefined && { reset: how }),
  };
  return [plan];
}

function pulsePlan(
  pulse: Pick<ResetConfig, "line" | "for" | "settle">,
  defaults: { readonly for: string; readonly settle: string },
): PulsePlan {
  const us = (text: string) => Math.round(1000 * durationMs(text));
  return {
    line: pulse.line,
    forUs: us(pulse.for ?? defaults.for),
    settleUs: us(pulse.settle ?? defaults.settle),
  };
}

/** Every transfer that devices and expanders of an adapter were admitted with. */
function transfersOn(bus: string, config: BoardConfig): readonly (TransferSize & { stretchUs: number })[] {
  const own = chipDevices(config).flatMap((device) => {
    const { start = [], sample = [] } = adapterOf(device.bus) === bus ? driverNamed(device.driver).cost : {};
    const stretchUs = stretchUsOf(device);
    return [...start, ...sample].flatMap(({ transfers }) =>
      transfers.map((size) => ({ ...size, stretchUs })),
    );
  });
  const behind = Object.values(config.expanders ?? {}).flatMap((expander) =>
    adapterOf(expander.bus) === bus ? expanderCost(expanderNamed(expander.chip)) : [],
  );
  return [...own, ...behind.flatMap(({ transfers }) => transfers.map((size) => ({ ...size, stretchUs: 0 })))];
}
