import type { BoardConfig } from "../config/board-schema.ts";
import { devicePlans } from "../config/plan.ts";

/** A chip that a configuration has on an adapter's own bus, in words of the configuration. */
export interface ExpectedChip {
  /** Id of the device or expander; of a multiplexer its place. */
  readonly id: string;
  /** `bme280`. */
  readonly part: string;
  readonly bus: string;
  /** 7 bits. */
  readonly address: number;
}

/**
 * Everything that should answer a scan, which sees no further than the multiplexers: what is behind one (bus
 * `i2c-1/0x70/2`) is named with that bus, which no scan has.
 */
export function expectedChips(config: BoardConfig): readonly ExpectedChip[] {
  const { buses = {}, expanders = {} } = config;
  const muxes = Object.entries(buses).flatMap(([bus, { muxes = {} }]) =>
    Object.entries(muxes).map(([address, { chip }]) => ({
      id: `multiplexer ${address}`,
      part: chip,
      bus,
      address: Number(address),
    })),
  );
  const devices = devicePlans(config).flatMap(({ id, driver, chip }) =>
    chip ? [{ id, part: driver, ...chip }] : [],
  );
  const others = Object.entries(expanders).map(([id, { chip, bus, address }]) => ({
    ...{ id, part: chip, bus, address: Number(address) },
  }));
  return [...muxes, ...devices, ...others];
}
