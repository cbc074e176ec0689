/**
 * Every driver as data. Adding a driver is adding one entry here (and the driver itself): the schema for
 * editors, the checks, the start table, the telemetry and the page follow from it.
 */
import * as v from "valibot";
import type { CommandSpec } from "./command-spec.ts";
import { duration, durationMs, frequency, frequencyHz, quantity, whole } from "./field.ts";
import type { JobCost } from "./job-cost.ts";
import { servoSettings } from "./servo-settings.ts";

/** What a device publishes under one reading. `resolution` is also the deadband of its telemetry. */
export type Reading =
  | { readonly type: "number"; readonly unit: string; readonly resolution: number }
  | { readonly type: "boolean" };

export type Settings = Readonly<Record<string, number | string | boolean>>;

/** From what a person writes (units in the text) to what the code reads (units in the names). */
export type SettingsSchema<S extends Settings = Settings> = v.GenericSchema<object, S>;

export type DeviceKind = "sensor" | "input" | "actuator";

/** What a device occupies: a chip on a bus, an input line, an output line, a PWM line. */
export type DeviceHardware = "i2c" | "input" | "line" | "pwm";

export interface Driver {
  /** One line for people. */
  readonly part: string;
  readonly kind: DeviceKind;
  readonly hardware: DeviceHardware;
  /** Only `i2c`: the 7-bit addresses the part can be strapped to, within 0x08..0x77. */
  readonly addresses?: readonly number[];
  readonly readings: Readonly<Record<string, Reading>>;
  /** What `<device>/set` accepts; empty for what cannot be commanded. */
  readonly command: CommandSpec;
  /** Where that depends on the settings: `command` is then the widest. */
  readonly commandFor?: (settings: Settings) => CommandSpec;
  /** Its output knows no "on": `safe` is off. */
  readonly safeIsOff?: true;
  /** What a person can set in the emulated world. */
  readonly world: CommandSpec;
  readonly settings: SettingsSchema;
  /** What one job costs; a test compares it with what the driver does to its chip. */
  readonly cost: JobCost;
}

/**
 * Measured with the demo board on a desktop: 0.2 to 0.4 ms of a core for a job, transfers and requests apart. A Pi 4 is
 * some three times slower.
 */
const BUDGET_US = 1000;

const none = v.strictObject({});
const on = { on: { type: "boolean" } } as const;

export const DRIVERS = {
  bme280: {
    part: "BME280 temperature, humidity and pressure sensor",
    kind: "sensor",
    hardware: "i2c",
    addresses: [0x76, 0x77],
    readings: {
      temperature: { type: "number", unit: "°C", resolution: 0.05 },
      humidity: { type: "number", unit: "%", resolution: 0.2 },
      pressure: { type: "number", unit: "hPa", resolution: 0.1 },
    },
    command: {},
    world: {
      temperatureC: { type: "number", min: -40, max: 85, unit: "°C" },
    },
    settings: none,
    cost: {
      budgetUs: BUDGET_US,
      start: [
        { waitUs: 0, transfers: [{ write: 2, read: 0 }] }, // reset
        {
          waitUs: 2000,
          transfers: [
            { write: 1, read: 1 }, // id
            { write: 1, read: 1 }, // status
            { write: 1, read: 26 }, // calibration
            { write: 1, read: 7 },
          ],
        },
      ],
      sample: [
        { waitUs: 0, transfers: [{ write: 4, read: 0 }] },
        {
          waitUs: 9300,
          transfers: [
            { write: 1, read: 3 },
            { write: 1, read: 8 },
          ],
        },
      ],
    },
  },
  ads1115: {
    part: "ADS1115 converter with a capacitive soil probe on one channel",
    kind: "sensor",
    hardware: "i2c",
    addresses: [0x48, 0x49, 0x4a, 0x4b],
    readings: { moisture: { type: "number", unit: "%", resolution: 0.5 } },
    command: {},
    world: { moisturePercent: { type: "number", min: 0, max: 100, unit: "%" } },
    settings: v.pipe(
      v.strictObject({
        channel: whole("Input of the converter the probe is wired to.", 0, 3),
        dryVolts: quantity("What the probe gives in dry soil (0 %).", 0, 5, "V"),
        wetVolts: quantity("What the probe gives in soaked soil (100 %).", 0, 5, "V"),
      }),
      v.forward(
        v.partialCheck(
          [["dryVolts"], ["wetVolts"]],
          ({ dryVolts, wetVolts }) => Math.abs(dryVolts - wetVolts) >= 0.1,
          'at least 0.1 V away from "dryVolts"',
        ),
        ["wetVolts"],
      ),
    ),
    cost: {
      budgetUs: BUDGET_US,
      start: [
        {
          waitUs: 0,
          transfers: [
            { write: 3, read: 0 }, // config, and read back
            { write: 1, read: 2 },
          ],
        },
      ],
      sample: [
        { waitUs: 0, transfers: [{ write: 3, read: 0 }] },
        {
          waitUs: 8791,
          transfers: [
            { write: 1, read: 2 },
            { write: 1, read: 2 },
          ],
        },
      ],
    },
  },
  bh1750: {
    part: "BH1750 ambient light sensor",
    kind: "sensor",
    hardware: "i2c",
    addresses: [0x23, 0x5c],
    readings: { illuminance: { type: "number", unit: "lx", resolution: 1 } },
    command: {},
    world: { illuminanceLx: { type: "number", min: 0, max: 54_612, unit: "lx" } },
    settings: none,
    cost: {
      budgetUs: BUDGET_US,
      start: [
        {
          waitUs: 0,
          transfers: [
            { write: 1, read: 0 }, // power on, reset
            { write: 1, read: 0 },
          ],
        },
      ],
      sample: [
        { waitUs: 0, transfers: [{ write: 1, read: 0 }] },
        { waitUs: 180_000, transfers: [{ write: 0, read: 2 }] },
      ],
    },
  },
  button: {
    part: "push button or contact",
    kind: "input",
    hardware: "input",
    readings: { pressed: { type: "boolean" } },
    command: {},
    world: { pressed: { type: "boolean" } },
    settings: v.pipe(
      v.strictObject({
        debounce: v.optional(
          duration("How long the contact must rest before a change counts.", { to: "1s", example: "20ms" }),
          "20ms",
        ),
      }),
      v.transform(({ debounce }) => ({ debounceMs: durationMs(debounce) })),
    ),
    cost: { budgetUs: BUDGET_US, requests: 1 },
  },
  relay: {
    part: "relay or any other load that is on or off",
    kind: "actuator",
    hardware: "line",
    readings: on,
    command: on,
    world: {},
    settings: none,
    cost: { budgetUs: BUDGET_US, requests: 3 },
  },
  led: {
    part: "indicator lamp",
    kind: "actuator",
    hardware: "line",
    readings: on,
    command: on,
    world: {},
    settings: none,
    cost: { budgetUs: BUDGET_US, requests: 3 },
  },
  "pwm-fan": {
    part: "fan or other load driven by PWM",
    kind: "actuator",
    hardware: "pwm",
    readings: { level: { type: "number", unit: "", resolution: 0.01 } },
    command: { level: { type: "number", min: 0, max: 1 } },
    world: {},
    settings: v.pipe(
      v.strictObject({
        frequency: v.optional(
          frequency("PWM frequency; four-wire fans want 25kHz.", "10Hz", "100kHz", "25kHz"),
          "25kHz",
        ),
      }),
      v.transform(({ frequency }) => ({ frequencyHz: frequencyHz(frequency) })),
    ),
    cost: { budgetUs: BUDGET_US, requests: 3 },
  },
  servo: {
    part: "hobby servo",
    kind: "actuator",
    hardware: "pwm",
    readings: { angle: { type: "number", unit: "°", resolution: 0.1 }, ...on },
    command: { angle: { type: "number", min: -180, max: 180, unit: "°" }, ...on },
    commandFor: ({ minAngleDeg, maxAngleDeg }) => ({
      angle: { type: "number", min: Number(minAngleDeg), max: Number(maxAngleDeg), unit: "°" },
      ...on,
    }),
    safeIsOff: true,
    world: {},
    settings: servoSettings,
    cost: { budgetUs: BUDGET_US, requests: 4 },
  },
} as const satisfies Readonly<Record<string, Driver>>;

export type DriverName = keyof typeof DRIVERS;
export const DRIVER_NAMES = Object.keys(DRIVERS) as [DriverName, ...DriverName[]];

/** Settings of one driver as its code reads them. */
export type DriverSettings<N extends DriverName> = v.InferOutput<(typeof DRIVERS)[N]["settings"]>;

/** The driver's entry. */
export function driverNamed(name: DriverName): Driver {
  return DRIVERS[name];
}
