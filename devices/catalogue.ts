/**
 * Every driver as data. Adding a driver is adding one entry here (and the driver itself): the schema for
 * editors, the checks, the start table, the telemetry and the page follow from it.
 */
import * as v from "valibot";
import type { InputPlan } from "../firmware/contracts/output-plan.ts";
import type { SpiMode } from "../firmware/contracts/spi.ts";
import type { CommandSpec } from "./command-spec.ts";
import { DS18B20_FAMILY, type Ds18b20Bits, LONGEST_DELAY_MS, readyUs } from "./drivers/ds18b20.ts";
import { MCP3008_SPI } from "./drivers/mcp3008.ts";
import { choice, duration, durationMs, flag, frequency, frequencyHz, quantity, whole } from "./field.ts";
import type { JobCost } from "./job-cost.ts";
import { servoSettings } from "./servo-settings.ts";

/**
 * What a device publishes under one reading. `resolution` is also the deadband of its telemetry. `grows`: it is a count,
 * which only grows, but for starting over at 0.
 */
export type Reading =
  | { readonly type: "number"; readonly unit: string; readonly resolution: number; readonly grows?: true }
  /** `ended`: it is over by itself, as a press is, and this is the word for that; each change is then an event, too. */
  | { readonly type: "boolean"; readonly ended?: string };

export type Settings = Readonly<Record<string, number | string | boolean>>;

/** From what a person writes (units in the text) to what the code reads (units in the names). */
export type SettingsSchema<S extends Settings = Settings> = v.GenericSchema<object, S>;

export type DeviceKind = "sensor" | "input" | "actuator";

/** What a device occupies: a chip on a bus of some kind, an input line, one whose pulses are counted, an output line, a PWM line. */
export type DeviceHardware = "i2c" | "spi" | "w1" | "input" | "pulses" | "line" | "pwm";

export interface Driver {
  /** One line for people. */
  readonly part: string;
  readonly kind: DeviceKind;
  readonly hardware: DeviceHardware;
  /** Only `i2c`: the 7-bit addresses the part can be strapped to, within 0x08..0x77. */
  readonly addresses?: readonly number[];
  /** Only `spi`: its mode, and the fastest clock it takes at 3.3 V. */
  readonly spi?: { readonly mode: SpiMode; readonly maxHz: number };
  /** Only `w1`: first byte of its number; how long others may keep it from its work, ms. */
  readonly family?: number;
  readonly waitsMs?: number;
  /** Inputs: the first one is what moves when the line does. */
  readonly readings: Readonly<Record<string, Reading>>;
  /** The same where a person chooses the units. */
  readonly readingsFor?: (settings: Settings) => Readonly<Record<string, Reading>>;
  /** Only inputs: how their line is unless the configuration says otherwise. */
  readonly input?: Pick<InputPlan, "debounceMs" | "edges" | "maxEdgeRateHz" | "counts">;
  /** What `<device>/set` accepts; empty for what cannot be commanded. */
  readonly command: CommandSpec;
  /** Where that depends on the settings: `command` is then the widest. */
  readonly commandFor?: (settings: Settings) => CommandSpec;
  /** Its output knows no "on": `safe` is off. */
  readonly safeIsOff?: true;
  /** What a person can set in the emulated world. */
  readonly world: CommandSpec;
  readonly settings: SettingsSchema;
  /** Only `i2c`: longest time that the part holds the clock in one transfer, us. Default: it never does. */
  readonly stretchUs?: number;
  /** Only `i2c`: bytes that reset the part as its power does, without an answer to wait for. */
  readonly resetCommand?: readonly number[];
  /** What one job costs; a test compares it with what the driver does to its chip. */
  readonly cost: JobCost;
  /** Where that depends on the settings: `cost` is then the most. */
  readonly costFor?: (settings: Settings) => JobCost;
}

/**
 * Measured with the demo board on a desktop: 0.2 to 0.4 ms of a core for a job, transfers and requests apart. A Pi 4 is
 * some three times slower.
 */
const BUDGET_US = 1000;

/** Pulses, and what they stand for. */
function pulseReadings({ pulsesPerUnit, unit, per }: Settings) {
  return {
    count: { type: "number", unit: "", resolution: 1, grows: true },
    total: { type: "number", unit: String(unit), resolution: 1 / Number(pulsesPerUnit), grows: true },
    rate: { type: "number", unit: `${unit}/${per}`, resolution: 0.01 },
  } as const;
}

const none = v.strictObject({});
const on = { on: { type: "boolean" } } as const;

/** Start: resolution. Job: convert, then read. */
function thermometerCost(bits: Ds18b20Bits): JobCost {
  return {
    budgetUs: BUDGET_US,
    start: [{ waitUs: 0, transfers: [{ write: 4, read: 0 }] }],
    sample: [
      { waitUs: 0, transfers: [{ write: 1, read: 0 }] },
      { waitUs: readyUs(bits), transfers: [{ write: 1, read: 9 }] },
    ],
  };
}

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
    resetCommand: [0xe0, 0xb6], // 5.4.2
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
  mcp3008: {
    part: "MCP3008 analogue-to-digital converter, one of its inputs",
    kind: "sensor",
    hardware: "spi",
    spi: MCP3008_SPI,
    readings: { volts: { type: "number", unit: "V", resolution: 0.005 } },
    command: {},
    world: { volts: { type: "number", min: 0, max: 5, unit: "V" } },
    settings: v.strictObject({
      channel: whole("Input that is measured.", 0, 7),
      referenceVolts: v.optional(quantity("Voltage at VREF.", 0.25, 5, "V"), 3.3),
      differential: v.optional(flag("Against its neighbour, not ground: 0 against 1, 1 against 0."), false),
    }),
    cost: {
      budgetUs: BUDGET_US,
      start: [],
      sample: [{ waitUs: 0, transfers: [{ write: 3, read: 3 }] }],
    },
  },
  ds18b20: {
    part: "DS18B20 temperature sensor",
    kind: "sensor",
    hardware: "w1",
    family: DS18B20_FAMILY,
    waitsMs: LONGEST_DELAY_MS,
    readings: { temperature: { type: "number", unit: "°C", resolution: 0.0625 } },
    command: {},
    world: { temperatureC: { type: "number", min: -55, max: 125, unit: "°C" } },
    settings: v.strictObject({
      bits: v.optional(whole("Resolution: 9 bits take 94 ms, 12 take 750 ms.", 9, 12), 12),
    }),
    cost: thermometerCost(12),
    costFor: ({ bits }) => thermometerCost(Number(bits) as Ds18b20Bits),
  },
  button: {
    part: "push button",
    kind: "input",
    hardware: "input",
    input: { debounceMs: 20 },
    readings: { pressed: { type: "boolean", ended: "released" } },
    command: {},
    world: { pressed: { type: "boolean" } },
    settings: v.pipe(
      v.strictObject({
        debounce: v.optional(
          duration('Older spelling of "debounce" of the device.', { to: "1s", example: "20ms" }),
        ),
        stuckAfter: v.optional(
          duration("Held longer than any finger would: alarm, and the reading is suspect.", {
            from: "2s",
            example: "60s",
          }),
          "60s",
        ),
      }),
      v.transform(({ stuckAfter }) => ({ stuckAfterMs: durationMs(stuckAfter) })),
    ),
    cost: { budgetUs: BUDGET_US, requests: 1 },
  },
  contact: {
    part: "contact: door, float switch, motion sensor, limit switch",
    kind: "input",
    hardware: "input",
    input: { debounceMs: 20 },
    readings: { closed: { type: "boolean" } },
    command: {},
    world: { closed: { type: "boolean" } },
    settings: none,
    cost: { budgetUs: BUDGET_US, requests: 1 },
  },
  "pulse-counter": {
    part: "pulse output: flow meter, anemometer, energy meter (S0)",
    kind: "input",
    hardware: "pulses",
    input: { counts: true, edges: "rising", maxEdgeRateHz: 10_000 },
    readings: pulseReadings({ pulsesPerUnit: 1, unit: "", per: "s" }),
    readingsFor: pulseReadings,
    command: {},
    world: { frequencyHz: { type: "number", min: 0, max: 200_000, unit: "Hz" } },
    settings: v.pipe(
      v.strictObject({
        pulsesPerUnit: v.optional(
          quantity("Pulses of one unit: 450 a litre of a YF-S201, 1000 a kWh of many meters.", 1e-3, 1e6),
          1,
        ),
        unit: v.optional(
          v.pipe(
            v.string(),
            v.regex(/^\S{0,8}$/),
            v.description("What is counted, for people: L, kWh, km."),
            v.metadata({ errorMessage: "a unit of up to 8 characters without spaces" }),
          ),
          "",
        ),
        per: v.optional(choice("The rate is in units a second, minute or hour.", ["s", "min", "h"]), "s"),
        zeroAfter: v.optional(
          duration("Without a pulse for so long the rate is 0.", {
            from: "100ms",
            to: "24h",
            example: "10s",
          }),
          "10s",
        ),
      }),
      v.transform(({ zeroAfter, ...scale }) => ({ ...scale, zeroAfterMs: durationMs(zeroAfter) })),
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
