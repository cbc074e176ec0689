/** The whole of board.config.json: its schema and the type of a file that passed it. */
import * as v from "valibot";
import {
  CONTROLLER_NAMES,
  type Controller,
  type ControllerName,
  controllerNamed,
} from "../../devices/controller-catalogue.ts";
import { choice, duration, quantity, whole } from "../../devices/field.ts";
import { LONGEST_COLLECTION, LONGEST_SLICE } from "../admission/machine.ts";
import { updateLimitField, updateRateField } from "../update/update-limits.ts";
import { updateWindowField } from "../update/update-window.ts";
import { idAnywhere } from "./abroad.ts";
import { brokerField } from "./broker-field.ts";
import { type BusConfig, busSchema } from "./bus-schema.ts";
import {
  cellField,
  type DeviceConfig,
  deviceSchema,
  precisionField,
  settingsField,
  type TimingConfig,
  timingFields,
} from "./device-schema.ts";
import { type ExpanderConfig, expanderSchema } from "./expander-schema.ts";
import { homeAssistantSchema } from "./homeassistant-schema.ts";
import { type InterlockConfig, interlockSchema } from "./interlock-schema.ts";
import { type LinksConfig, linksSchema } from "./links-schema.ts";
import { listenSchema } from "./listen-schema.ts";
import { credentialsFileField, tlsSchema } from "./login-schema.ts";
import { outboxSchema } from "./outbox-schema.ts";
import { busName, id } from "./place-fields.ts";
import { type RealtimeConfig, realtimeSchema } from "./realtime-schema.ts";
import { type WatchdogConfig, watchdogSchema } from "./watchdog-schema.ts";
import { type SpiConfig, spiSchema, type W1Config, w1Schema } from "./wire-schema.ts";

const optional = v.exactOptional;

const versionField = v.pipe(
  v.literal(1),
  v.description("Version of this format."),
  v.metadata({ errorMessage: "1, the version that this release reads" }),
);

const worldSchema = v.pipe(
  v.strictObject({
    model: optional(choice("What the emulated world is like. Default: greenhouse.", ["greenhouse"])),
    seed: optional(
      whole("Seed of its noise; the same seed gives the same world. Default: 1.", 0, 0xffff_ffff),
    ),
    timeScale: optional(quantity("How much faster than real its physics go. Default: 1.", 0.01, 1000)),
  }),
  v.description('Only with "hardware": "emulated".'),
);

const readingPath = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9_-]{0,31}\.[a-z][A-Za-z0-9_-]*(@[a-z][a-z0-9_-]{0,31})?$/),
  v.description("The reading it controls: device.reading; of a linked board device.reading@board."),
  v.metadata({
    errorMessage:
      'a device and one of its readings, such as "climate.temperature", of a linked board "climate.temperature@greenhouse"',
  }),
);

const mqttSchema = v.pipe(
  v.strictObject({
    root: optional(
      v.pipe(
        v.string(),
        v.regex(/^[a-z0-9_-]{1,32}$/),
        v.description("First level of every topic. Default: holdfast."),
        v.metadata({ errorMessage: "one topic level of 1 to 32 characters a-z, 0-9, - and _" }),
      ),
    ),
    url: optional(brokerField),
    credentialsFile: optional(credentialsFileField),
    tls: optional(tlsSchema),
    listen: optional(listenSchema),
    homeAssistant: optional(homeAssistantSchema),
    outbox: optional(outboxSchema),
  }),
  v.description("Where telemetry goes and commands come from."),
);

const admissionSchema = v.pipe(
  v.strictObject({
    cores: optional(whole("Cores that the board may use. Default: those of the machine that checks.", 1, 64)),
    longestSlice: optional(
      duration(`Longest time a process runs before others may. Default: ${LONGEST_SLICE}.`, {
        from: "0s",
        to: "1s",
        example: "2ms",
      }),
    ),
    collection: optional(
      duration(`Longest garbage collection in a cell, once a second. Default: ${LONGEST_COLLECTION}.`, {
        from: "0s",
        to: "1s",
        example: "5ms",
      }),
    ),
  }),
  v.description("What is taken for granted when the board is tested for whether its jobs fit."),
);

const controllerSchema = v.variant(
  "kind",
  CONTROLLER_NAMES.map((name) => kindSchema(name, controllerNamed(name))) as [ReturnType<typeof kindSchema>],
);

export const boardSchema = v.pipe(
  v.strictObject({
    $schema: optional(v.pipe(v.string(), v.description("Where editors find the description of this file."))),
    version: versionField,
    board: v.strictObject({ id: id("Name of the board: a level of its topics.") }),
    hardware: choice(
      "emulated: pins and chips are simulated. linux: the pins of this machine. Nothing is detected.",
      ["emulated", "linux"],
    ),
    backend: optional(
      choice(
        "How linux reaches its lines. chardev: the GPIO character device. sysfs: the old interface, without bias. Default: chardev.",
        ["chardev", "sysfs"],
      ),
    ),
    world: optional(worldSchema),
    buses: optional(v.record(busName("Name of the bus."), busSchema)),
    spi: optional(spiSchema),
    w1: optional(w1Schema),
    expanders: optional(
      v.pipe(
        v.record(id("Name of the expander."), expanderSchema),
        v.description('Chips on a bus whose pins are outputs: a device there has "line": "<name>.<pin>".'),
      ),
    ),
    devices: v.pipe(
      v.record(id("Name of the device."), deviceSchema),
      v.description("Sensors, inputs and outputs."),
    ),
    controllers: optional(
      v.pipe(
        v.record(id("Name of the controller."), controllerSchema),
        v.description("Loops that read one device and own the output of another."),
      ),
    ),
    interlocks: optional(
      v.pipe(
        v.record(id("Name of the group."), interlockSchema),
        v.description(
          "Outputs of which never two are on: the directions of a motor, valves that exclude each other.",
        ),
      ),
    ),
    placement: optional(
      choice(
        "auto: on boards with more than 16 devices and controllers those that are not critical share cells, by bus. own: each has a cell of its own. shared: as auto, on small boards too, and no thread is kept warm: for machines of 512 MB. Default: auto.",
        ["auto", "own", "shared"],
      ),
    ),
    admission: optional(admissionSchema),
    mqtt: optional(mqttSchema),
    links: optional(linksSchema),
    realtime: optional(realtimeSchema),
    watchdog: optional(watchdogSchema),
    updateWindow: optional(updateWindowField),
    updateRate: optional(updateRateField),
    updateLimit: optional(updateLimitField),
  }),
  v.title("Holdfast board"),
);

export type WorldConfig = v.InferOutput<typeof worldSchema>;
export type MqttConfig = v.InferOutput<typeof mqttSchema>;
export type AdmissionConfig = v.InferOutput<typeof admissionSchema>;

export interface ControllerConfig extends TimingConfig {
  readonly kind: ControllerName;
  readonly input: string;
  readonly output: string;
  readonly maxAge?: string;
  readonly cell?: string;
  readonly precision?: "sleep" | "spin";
  readonly probation?: string;
  /** As written; `settingsOf` gives them checked, with defaults and in units. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A file that passed every check, as written: defaults and units are the plans' business. */
export interface BoardConfig {
  readonly version: 1;
  readonly board: { readonly id: string };
  readonly hardware: "emulated" | "linux";
  readonly backend?: "chardev" | "sysfs";
  readonly world?: WorldConfig;
  readonly buses?: Readonly<Record<string, BusConfig>>;
  readonly spi?: SpiConfig;
  readonly w1?: W1Config;
  readonly expanders?: Readonly<Record<string, ExpanderConfig>>;
  readonly devices: Readonly<Record<string, DeviceConfig>>;
  readonly controllers?: Readonly<Record<string, ControllerConfig>>;
  readonly interlocks?: Readonly<Record<string, InterlockConfig>>;
  readonly placement?: "auto" | "own" | "shared";
  readonly admission?: AdmissionConfig;
  readonly mqtt?: MqttConfig;
  readonly links?: LinksConfig;
  readonly realtime?: RealtimeConfig;
  readonly watchdog?: WatchdogConfig;
  readonly updateWindow?: string;
  readonly updateRate?: string;
  readonly updateLimit?: string;
}

function kindSchema(name: ControllerName, controller: Controller) {
  return v.pipe(
    v.strictObject({
      kind: v.literal(name),
      input: readingPath,
      output: idAnywhere("The actuator it owns; on another board that lends it as device@board."),
      cell: cellField,
      ...timingFields,
      precision: optional(precisionField),
      maxAge: optional(
        duration(
          'Oldest input it acts on. Default: three periods of the input; of another board "lease" of "links".',
          { example: "5s" },
        ),
      ),
      probation: optional(
        duration("Time with a good input before it acts again after it went safe. Default: 10s.", {
          example: "10s",
        }),
      ),
      settings: settingsField(controller.settings),
    }),
    v.title(controller.part),
  );
}
