/** The I2C buses of an emulated board, those behind multiplexers too, without their other chips. */
import { Tca9548aChip } from "../../devices/chips/tca9548a.ts";
import { channelName } from "../../firmware/channel-name.ts";
import type { BusPlan } from "../../firmware/contracts/bus-plan.ts";
import { EmulatedBus } from "../../firmware/emulated/emulated-bus.ts";

/** By their names: `i2c-1`, `i2c-1/0x70/3`. */
export function emulatedBuses(plans: readonly BusPlan[]): Readonly<Record<string, EmulatedBus>> {
  const buses: Record<string, EmulatedBus> = {};
  for (const { bus, muxes = [], spi, w1 } of plans) {
    if (spi !== undefined || w1 !== undefined) continue;
    const root = new EmulatedBus();
    buses[bus] = root;
    for (const { address, channels } of muxes) {
      const behind = new Map(channels.map((channel) => [channel, new EmulatedBus()]));
      root.attachMux(address, new Tca9548aChip(), behind);
      for (const [channel, inner] of behind) buses[channelName({ bus, mux: address, channel })] = inner;
    }
  }
  return buses;
}
