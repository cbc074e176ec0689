/** Every bus of a configuration, whatever its kind. */
import { driverNamed } from "../../devices/catalogue.ts";
import { frequencyHz } from "../../devices/field.ts";
import type { BusPlan } from "../../firmware/contracts/bus-plan.ts";
import type { SpiChipPlan } from "../../firmware/contracts/spi.ts";
import type { BoardConfig } from "./board-schema.ts";
import type { DeviceConfig, SpiDeviceConfig } from "./device-schema.ts";

/** What the 1-wire bus is called where buses have names. */
export const W1_BUS = "w1";
/** Bits a second of 1-wire: a slot takes 61 us at least (Maxim 19-7487 rev 6, AC characteristics). */
const W1_HZ = 16_000;

/** Kind and clock of a bus; undefined when there is none of this name. */
export function busClock(
  { buses = {}, spi = {}, w1 }: BoardConfig,
  name: string,
): { readonly kind: "i2c" | "spi" | "w1"; readonly hz: number } | undefined {
  if (name === W1_BUS) return w1 && { kind: "w1", hz: W1_HZ };
  const i2c = Object.hasOwn(buses, name) ? buses[name] : undefined;
  if (i2c !== undefined) return { kind: "i2c", hz: frequencyHz(i2c.speed) };
  const speed = Object.hasOwn(spi, name) ? spi[name as keyof typeof spi]?.speed : undefined;
  return speed === undefined ? undefined : { kind: "spi", hz: frequencyHz(speed) };
}

/** SPI and 1-wire buses as the guardian is told of them. */
export function wirePlans(config: BoardConfig): readonly BusPlan[] {
  const spi = Object.keys(config.spi ?? {}).map((bus): BusPlan => {
    const { hz } = busClock(config, bus)!;
    return { bus, hz, spi: spiChips(config, bus, hz) };
  });
  if (config.w1 === undefined) return spi;
  return [...spi, { bus: W1_BUS, hz: W1_HZ, w1: { line: config.w1.line, devices: w1Devices(config) } }];
}

/** Numbers of the devices on 1-wire; their order is their places. */
export function w1Devices({ devices }: BoardConfig): readonly string[] {
  return Object.values(devices).flatMap((device) => ("sensor" in device ? [device.sensor] : []));
}

/** Whether a device is on SPI. */
export function isSpi(device: DeviceConfig): device is SpiDeviceConfig {
  return "chipSelect" in device;
}

/** Each chip select with what its part takes. */
function spiChips({ devices }: BoardConfig, bus: string, busHz: number): readonly SpiChipPlan[] {
  return Object.values(devices).flatMap((device): SpiChipPlan[] => {
    if (!isSpi(device) || device.bus !== bus) return [];
    const { mode = 0, maxHz = busHz } = driverNamed(device.driver).spi ?? {};
    return [{ select: device.chipSelect, mode, hz: Math.min(maxHz, busHz) }];
  });
}
