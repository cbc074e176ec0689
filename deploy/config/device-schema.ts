/** What may be written about a device: fields by the hardware it occupies, built from the catalogue. */
import * as v from "valibot";
import {
  DRIVER_NAMES,
  type Driver,
  type DriverName,
  driverNamed,
  type SettingsSchema,
} from "../../devices/catalogue.ts";
import { choice, duration, flag, frequency, whole } from "../../devices/field.ts";
import { CRITICALITIES } from "../../runtime/time/job.ts";
import { resetSchema } from "./bus-schema.ts";
import { outputLine } from "./expander-schema.ts";
import { onMissField } from "./miss-policy.ts";
import { address, busOrChannel, line, PWM_LINES } from "./place-fields.ts";
import { spiFields, w1Fields } from "./wire-schema.ts";

const optional = v.exactOptional;

const everyField = duration("Period of the job.", { to: "24h", example: "1s" });
const deadlineField = duration("When a job must have ended, from its release. Default: every.", {
  to: "24h",
  example: "200ms",
});
const hardDeadlineField = duration(
  "When a job that has not ended is hung: its lines go safe, its cell is ended. Default: twice the deadline.",
  { to: "24h", example: "1s" },
);

const budgetField = duration(
  "Longest execution time of a job, without its waits, that the board is planned with; more is reported. Default: the driver's.",
  { from: "10us", to: "1h", example: "5ms" },
);

/** What each mode of a device can have of its own. */
const modeTimingFields = {
  deadline: optional(deadlineField),
  hardDeadline: optional(hardDeadlineField),
  budget: optional(budgetField),
  onMiss: optional(onMissField),
};

export const timingFields = {
  every: everyField,
  ...modeTimingFields,
  phase: optional(
    duration(
      "Where in the period of the machine's clock its releases lie, so that jobs with different phases keep apart. Default: the first is at once.",
      { from: "0s", to: "24h", example: "250ms" },
    ),
  ),
  criticality: optional(choice("Who goes first when time is short. Default: normal.", CRITICALITIES)),
};

export const precisionField = choice(
  "How its cell meets a release. sleep: as late as the system's timers. spin: it wakes up a little before and spins, within a tenth of a core. Default: spin for periods up to 20ms and for what is critical.",
  ["sleep", "spin"],
);

const modeFields = v.strictObject({ every: optional(everyField), ...modeTimingFields });

/** Where a device or controller lives: see `placement.ts`. */
export const cellField = optional(
  v.pipe(
    v.string(),
    v.regex(/^[a-z][a-z0-9_-]{0,31}$/),
    v.description(
      'Cell that it shares with all others that name the same one; "own": a cell of its own. Default: as "placement" of the board says.',
    ),
    v.metadata({ errorMessage: 'a name of 1 to 32 characters a-z, 0-9, - and _, or "own"' }),
  ),
);

const commonFields = {
  ...timingFields,
  precision: optional(precisionField),
  modes: optional(
    v.pipe(
      v.strictObject({
        reduced: optional(v.pipe(modeFields, v.description("Less often, after faults."))),
        safe: optional(v.pipe(modeFields, v.description("Outputs safe; probes whether it works again."))),
      }),
      v.description("Timing of the lower modes of the ladder full > reduced > safe > off."),
    ),
  ),
  probation: optional(
    duration("Time without a fault before the device climbs one mode. Default: 30s.", { example: "30s" }),
  ),
  publishEvery: optional(
    duration("Shortest time between two publications of a reading. Default: 1s.", {
      to: "1h",
      example: "1s",
    }),
  ),
  keepEvery: optional(
    duration(
      "Shortest time between two values of a reading that are kept for a broker that cannot be reached. Default: none is.",
      { from: "100ms", to: "24h", example: "10s" },
    ),
  ),
  cell: cellField,
};

const inputFields = {
  line: line("The line the contact is wired to."),
  bias: choice("Pull inside the chip.", ["pull-up", "pull-down", "none"]),
  activeLow: optional(flag("Pressed (or closed) is the low level.")),
  debounce: optional(
    duration(
      "A change counts once the line has rested for so long, and reads give the rested level: for contacts, which bounce. Default: the driver's, 20ms for buttons and contacts.",
      { from: "100us", to: "10s", example: "20ms", or: "none" },
    ),
  ),
  glitchFilter: optional(
    duration(
      "Pulses shorter than this do not count; reads give the line as it is: for fast lines, which pick up interference. In the place of debounce.",
      { from: "1us", to: "100ms", example: "50us" },
    ),
  ),
  maxEdgeRate: optional(
    frequency(
      "More changes within a second are a storm: the line is named and not listened to for a while. Default: 1kHz; 10kHz for counted pulses.",
      "10Hz",
      "100kHz",
      "1kHz",
    ),
  ),
  expectChange: optional(
    duration(
      "An input that has not changed for so long counts as stuck: alarm, and its readings are suspect.",
      {
        example: "10m",
      },
    ),
  ),
};
const pulsesFields = {
  ...inputFields,
  activeLow: optional(flag("A pulse is the low level.")),
  edges: optional(
    choice(
      "Which edge of a pulse counts, both for two counts a pulse. Default: rising, to the active level.",
      ["rising", "falling", "both"],
    ),
  ),
};

const policyFields = {
  activeLow: optional(flag("On is the low level, as with most relay boards.")),
  safe: choice("What the output is whenever no live command says otherwise.", ["off", "on"]),
  onCrash: optional(
    choice("What happens when its driver or the whole runtime dies. Default: safe.", [
      "safe",
      "hold",
      "release",
    ]),
  ),
  holdFor: optional(
    duration("With hold: how long, before it goes safe after all. Default: for ever.", { example: "10m" }),
  ),
  lease: optional(
    duration("A level other than safe lasts this long after its last renewal. Default: 2s.", {
      from: "20ms",
      to: "1h",
      example: "2s",
      or: "none",
    }),
  ),
  maxOn: optional(duration("Longest time on, over all owners and restarts.", { example: "10m" })),
  maxOnRest: optional(duration("Rest after maxOn fired; the longer of this and minOff.", { example: "5m" })),
  maxOnLatch: optional(
    v.pipe(
      v.strictObject({
        count: whole("How often maxOn may fire.", 1, 1000),
        window: duration("Within which time.", { example: "1h" }),
      }),
      v.description("Firings of maxOn that latch the output off as a fault."),
    ),
  ),
  minOff: optional(duration("Shortest time off before it may go on again.", { example: "10s" })),
  commandFor: optional(duration('How long a command lasts that does not say "for".', { example: "10m" })),
  maxOverride: optional(
    duration("Longest time a person may take the output from its controller. Default: 30m.", {
      to: "24h",
      example: "30m",
    }),
  ),
};

const outputFields = {
  line: outputLine("The line that switches the load."),
  drive: optional(
    choice(
      "Which levels the line drives: open-drain only low, open-source only high, a resistor brings the other one. Default: push-pull, both.",
      ["push-pull", "open-drain", "open-source"],
    ),
  ),
  ...policyFields,
};
const pwmFields = { line: line("The line that carries the PWM.", PWM_LINES), ...policyFields };
const pulseFields = { ...pwmFields, safe: choice("Off: no pulses.", ["off"]) };
const i2cFields = {
  bus: busOrChannel('One of the buses above, or a channel of a multiplexer on it: "i2c-1/0x70/3".'),
  address: v.string() as v.GenericSchema<string>,
  retries: optional(
    whole("How often a transfer is tried again that the chip did not acknowledge. Default: 1.", 0, 5),
  ),
  stretch: optional(
    duration(
      "Longest time that the chip holds the clock in one transfer. Default: the driver's, mostly none.",
      {
        from: "0s",
        to: "1s",
        example: "10ms",
      },
    ),
  ),
  reset: optional(resetSchema),
};

/** Fields that many devices have, described once in the schema for editors. */
export const sharedFields = { ...commonFields, ...policyFields };

type Fields<E extends v.ObjectEntries> = v.InferOutput<v.StrictObjectSchema<E, undefined>>;
interface Named {
  readonly driver: DriverName;
  /** As written; `settingsOf` gives them checked, with defaults and in units. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export type TimingConfig = Fields<typeof timingFields>;
export type ModeConfig = v.InferOutput<typeof modeFields>;
type CommonConfig = Named & Fields<typeof commonFields>;
export type I2cDeviceConfig = CommonConfig & Fields<typeof i2cFields>;
export type InputDeviceConfig = CommonConfig &
  Fields<typeof inputFields> &
  Partial<Pick<Fields<typeof pulsesFields>, "edges">>;
export type OutputDeviceConfig = CommonConfig & Fields<typeof outputFields>;
export type SpiDeviceConfig = CommonConfig & Fields<typeof spiFields>;
export type W1DeviceConfig = CommonConfig & Fields<typeof w1Fields>;
export type DeviceConfig =
  | I2cDeviceConfig
  | InputDeviceConfig
  | OutputDeviceConfig
  | SpiDeviceConfig
  | W1DeviceConfig;
/** Every field that some device has. */
export type DeviceFields = I2cDeviceConfig &
  InputDeviceConfig &
  OutputDeviceConfig &
  SpiDeviceConfig &
  W1DeviceConfig;

/** A device, told apart by its driver. */
export const deviceSchema = v.variant(
  "driver",
  DRIVER_NAMES.map((name) => driverSchema(name, driverNamed(name))) as [ReturnType<typeof driverSchema>],
);

/** Settings may be left out where every one of them has a default. */
export function settingsField(schema: SettingsSchema) {
  const described = v.pipe(schema, v.description("What only this driver or controller knows."));
  return v.is(schema, {}) ? optional(described) : described;
}

function driverSchema(name: DriverName, driver: Driver) {
  const fields = {
    i2c: { ...i2cFields, address: address(driver.addresses ?? []) },
    input: inputFields,
    pulses: pulsesFields,
    line: outputFields,
    pwm: driver.safeIsOff ? pulseFields : pwmFields,
    spi: spiFields,
    w1: w1Fields,
  }[driver.hardware];
  return v.pipe(
    v.strictObject({
      driver: v.literal(name),
      ...fields,
      ...commonFields,
      settings: settingsField(driver.settings),
    }),
    v.title(driver.part),
  );
}
