import { DRIVERS, type Driver } from "../../devices/catalogue.ts";

/** Drivers whose part can be strapped to a 7-bit I2C address: what may be there, never what is. */
export function partsAt(address: number): readonly string[] {
  return Object.entries<Driver>(DRIVERS).flatMap(([name, { addresses }]) =>
    addresses?.includes(address) ? [name] : [],
  );
}

/** Addresses among `answered` that a driver's part can have. */
export function addressesOf(driver: string, answered: readonly number[]): readonly number[] {
  return answered.filter((address) => partsAt(address).includes(driver));
}
