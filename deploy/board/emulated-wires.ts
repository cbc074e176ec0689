/** Emulated chips on SPI and 1-wire, and what a person may do to them. */
import { Ds18b20Chip } from "../../devices/chips/ds18b20.ts";
import { Mcp3008Chip } from "../../devices/chips/mcp3008.ts";
import type { DevicePlan } from "../../devices/handler/device-plan.ts";
import type { GreenhouseValues } from "../../devices/world/greenhouse.ts";
import type { BusPlan } from "../../firmware/contracts/bus-plan.ts";
import { EmulatedSpi } from "../../firmware/emulated/emulated-spi.ts";
import { EmulatedW1 } from "../../firmware/emulated/emulated-w1.ts";
import type { WireBus } from "../../firmware/emulated/wire-bus.ts";
import type { Clock } from "../../runtime/time/clock.ts";

/** What a person does to a chip's world by hand; undefined lets go. */
type Hand = (value: number | undefined) => void;

export class EmulatedWires {
  /** Buses that are no I2C, by name. */
  readonly wires: Readonly<Record<string, WireBus>>;
  readonly #hands = new Map<string, Hand>();
  readonly #feeds: ((values: GreenhouseValues) => void)[] = [];

  /** A chip for each device on one of the buses. */
  constructor(buses: readonly BusPlan[], devices: readonly DevicePlan[], clock: Clock) {
    const wires: Record<string, WireBus> = {};
    for (const { bus, spi, w1 } of buses) {
      const own = devices.filter(({ chip }) => chip?.bus === bus);
      if (spi !== undefined) wires[bus] = this.#spi(own);
      else if (w1 !== undefined) wires[bus] = this.#w1(own, clock);
    }
    this.wires = wires;
  }

  /** What the model says now. */
  show(values: GreenhouseValues): void {
    for (const feed of this.#feeds) feed(values);
  }

  /** False where the device is on no such bus. */
  set(device: string, value: number | null): boolean {
    const hand = this.#hands.get(device);
    hand?.(value ?? undefined);
    return hand !== undefined;
  }

  /** False where the device is on no such bus. */
  unplug({ chip }: DevicePlan, unplugged: boolean): boolean {
    const wire = chip && this.wires[chip.bus];
    if (wire === undefined) return false;
    wire.unplug(chip!.address, unplugged);
    return true;
  }

  #spi(devices: readonly DevicePlan[]): EmulatedSpi {
    const bus = new EmulatedSpi();
    for (const { id, chip, settings } of devices) {
      const converter = new Mcp3008Chip(Number(settings.referenceVolts));
      const channel = Number(settings.channel);
      bus.attach(chip!.address, converter);
      this.#hands.set(id, (volts = 0) => converter.setVolts(channel, volts));
    }
    return bus;
  }

  #w1(devices: readonly DevicePlan[], clock: Clock): EmulatedW1 {
    const bus = new EmulatedW1();
    for (const { id, chip } of devices) {
      const sensor = new Ds18b20Chip(clock);
      let byHand: number | undefined;
      bus.attach(chip!.address, sensor);
      this.#feeds.push(({ temperatureC }) => sensor.setTemperatureC(byHand ?? temperatureC));
      this.#hands.set(id, (temperatureC) => {
        byHand = temperatureC;
        if (byHand !== undefined) sensor.setTemperatureC(byHand);
      });
    }
    return bus;
  }
}
