import { DRIVERS, type Driver } from "../../devices/catalogue.ts";
import { EXPANDERS, type ExpanderPart } from "../../devices/expander-catalogue.ts";

const PARTS: Readonly<Record<string, Driver | ExpanderPart>> = { ...DRIVERS, ...EXPANDERS };

/** Parts that Holdfast knows and that can be strapped to a 7-bit I2C address: what may be there, never what is. */
export function partsAt(address: number): readonly string[] {
  return Object.entries(PARTS).flatMap(([name, { addresses }]) =>
    addresses?.includes(address) ? [name] : [],
  );
}

/** Addresses among `answered` that a part can have. */
export function addressesOf(part: string, answered: readonly number[]): readonly number[] {
  return answered.filter((address) => partsAt(address).includes(part));
}
