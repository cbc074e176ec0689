/** The first configuration of a board: what was found on the machine, and nothing that could switch anything. Pure. */
import { DRIVERS, type Driver } from "../../devices/catalogue.ts";
import { addressText } from "./place-fields.ts";

/** A part that Holdfast has a driver for, found or named at an address of the header's bus. */
export interface FoundChip {
  readonly driver: string;
  readonly address: number;
}

export interface Starter {
  readonly id: string;
  readonly hardware: "emulated" | "linux";
  /** On i2c-1. */
  readonly chips: readonly FoundChip[];
}

/** What drivers of chips are called and cannot do without. Volts of a capacitive soil probe: dry in air, wet in water. */
const FIRST: Readonly<Record<string, { readonly name: string; readonly settings?: object }>> = {
  bme280: { name: "climate" },
  bh1750: { name: "light" },
  ads1115: { name: "soil", settings: { channel: 0, dryVolts: 2.6, wetVolts: 1.1 } },
};
const TIMES = { every: "2s", deadline: "400ms", hardDeadline: "1s" };
/** Some run at no more. */
const SPEED = "100kHz";
/** Emulated boards have these: something to look at, and something to switch. */
const EMULATED: Readonly<Record<string, object>> = {
  climate: { driver: "bme280", bus: "i2c-1", address: "0x76", ...TIMES },
  led: { driver: "led", line: "GPIO24", safe: "off", commandFor: "10m", ...TIMES, every: "500ms" },
};

/** Drivers for a part at this address of an I2C bus: what may be there, never what is. */
export function driversAt(address: number): readonly string[] {
  return Object.entries(DRIVERS as Readonly<Record<string, Driver>>).flatMap(
    ([name, { hardware, addresses }]) => (hardware === "i2c" && addresses?.includes(address) ? [name] : []),
  );
}

/** The name of a board from a machine's: `Pi-4.local` is `pi-4`. */
export function boardIdOf(hostname: string): string {
  const [first = ""] = hostname.toLowerCase().split(".");
  return first.replace(/[^a-z0-9_-]+/g, "-").replace(/^-+|-+$/g, "") || "board";
}

/** As the text of a file. Outputs are for whoever knows the wiring: on a Pi there are none. */
export function starterText({ id, hardware, chips }: Starter): string {
  const emulated = hardware === "emulated" && chips.length === 0;
  const devices = emulated ? EMULATED : chipDevices(chips);
  const config = {
    version: 1,
    board: { id },
    hardware,
    // As the service that systemd runs; Holdfast OS wants "guardian".
    ...(hardware === "linux" && { watchdog: { owner: "systemd" } }),
    ...((emulated || chips.length > 0) && {
      buses: { "i2c-1": { sda: "GPIO2", scl: "GPIO3", speed: SPEED } },
    }),
    devices,
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

function chipDevices(chips: readonly FoundChip[]): Readonly<Record<string, object>> {
  const devices: Record<string, object> = {};
  for (const { driver, address } of chips) {
    const { name, settings } = FIRST[driver] ?? { name: driver };
    // A second one of its kind is light-2.
    const id = [name, ...[2, 3, 4, 5, 6, 7, 8].map((n) => `${name}-${n}`)].find(
      (each) => !(each in devices),
    )!;
    const place = { driver, bus: "i2c-1", address: addressText(address) };
    devices[id] = { ...place, ...(settings && { settings }), ...TIMES };
  }
  return devices;
}
