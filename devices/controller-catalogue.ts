/** Every kind of controller as data: one entry each, beside the control law itself. */
import * as v from "valibot";
import { formatDuration } from "../runtime/time/duration.ts";
import type { Reading, Settings, SettingsSchema } from "./catalogue.ts";
import type { CommandSpec } from "./command-spec.ts";
import { duration, durationMs, quantity } from "./field.ts";

export interface Controller<S extends Settings = Settings> {
  /** One line for people. */
  readonly part: string;
  /** The unit its input reading must have. */
  readonly inputUnit: string;
  /** The field of the output's command that it drives. */
  readonly outputField: string;
  /** What it does when its input is stale or bad. `safe`: stops commanding, so the output goes to its safe level. */
  readonly onStale: "safe";
  readonly readings: Readonly<Record<string, Reading>>;
  readonly settings: SettingsSchema<S>;
  /** Longest run of one decision, us; `budget` in the configuration overrides it. */
  readonly budgetUs: number;
  /** What `<controller>/set` accepts, bounded by the settings. */
  command(settings: S): CommandSpec;
  /** The setting that says how long it wants its output on without a break, and its value in ms. */
  readonly longestOn?: { readonly setting: string; ms(settings: S): number };
  /** Its settings in words. */
  describe(settings: S): string;
}

/** 0.1 ms measured on a desktop; a Pi is some three times slower. */
const DECISION_US = 1000;

const thermostat = define({
  part: "two-point temperature control with a band",
  inputUnit: "°C",
  outputField: "on",
  onStale: "safe",
  readings: {
    setpoint: { type: "number", unit: "°C", resolution: 0.1 },
    enabled: { type: "boolean" },
  },
  budgetUs: DECISION_US,
  settings: v.pipe(
    v.strictObject({
      setpointC: quantity("Temperature to hold, until a command changes it.", -40, 85, "°C"),
      minSetpointC: quantity("Lowest setpoint a command may ask for.", -40, 85, "°C"),
      maxSetpointC: quantity("Highest setpoint a command may ask for.", -40, 85, "°C"),
      bandC: quantity("Heats below setpoint - band, stops above setpoint + band.", 0.05, 20, "°C"),
    }),
    v.forward(
      v.partialCheck(
        [["setpointC"], ["minSetpointC"], ["maxSetpointC"]],
        ({ setpointC, minSetpointC, maxSetpointC }) => minSetpointC <= setpointC && setpointC <= maxSetpointC,
        'between "minSetpointC" and "maxSetpointC"',
      ),
      ["setpointC"],
    ),
  ),
  command: ({ minSetpointC, maxSetpointC }) => ({
    setpointC: { type: "number", min: minSetpointC, max: maxSetpointC, unit: "°C" },
    enabled: { type: "boolean" },
  }),
  describe: ({ setpointC, minSetpointC, maxSetpointC, bandC }) =>
    `setpoint ${setpointC} °C (${minSetpointC} to ${maxSetpointC}), band ${bandC} °C`,
});

const irrigation = define({
  part: "waters in doses with a soak between them",
  inputUnit: "%",
  outputField: "on",
  onStale: "safe",
  readings: {
    threshold: { type: "number", unit: "%", resolution: 0.5 },
    enabled: { type: "boolean" },
  },
  budgetUs: DECISION_US,
  settings: v.pipe(
    v.strictObject({
      thresholdPercent: quantity("Waters below this moisture, until a command changes it.", 0, 100, "%"),
      minThresholdPercent: quantity("Lowest threshold a command may ask for.", 0, 100, "%"),
      maxThresholdPercent: quantity("Highest threshold a command may ask for.", 0, 100, "%"),
      onFor: duration("Length of one dose.", { to: "1h", example: "10s" }),
      soak: duration("Shortest rest after a dose, so that water reaches the probe.", { example: "5m" }),
    }),
    v.forward(
      v.partialCheck(
        [["thresholdPercent"], ["minThresholdPercent"], ["maxThresholdPercent"]],
        ({ thresholdPercent, minThresholdPercent, maxThresholdPercent }) =>
          minThresholdPercent <= thresholdPercent && thresholdPercent <= maxThresholdPercent,
        'between "minThresholdPercent" and "maxThresholdPercent"',
      ),
      ["thresholdPercent"],
    ),
    v.transform(({ onFor, soak, ...rest }) => ({
      ...rest,
      onForMs: durationMs(onFor),
      soakMs: durationMs(soak),
    })),
  ),
  command: ({ minThresholdPercent, maxThresholdPercent }) => ({
    thresholdPercent: { type: "number", min: minThresholdPercent, max: maxThresholdPercent, unit: "%" },
    enabled: { type: "boolean" },
  }),
  longestOn: { setting: "onFor", ms: ({ onForMs }) => onForMs },
  describe: ({ thresholdPercent, onForMs, soakMs }) =>
    `below ${thresholdPercent} %: on for ${formatDuration(onForMs)}, soak ${formatDuration(soakMs)}`,
});

export const CONTROLLERS = { thermostat, irrigation };

export type ControllerName = keyof typeof CONTROLLERS;
export const CONTROLLER_NAMES = Object.keys(CONTROLLERS) as [ControllerName, ...ControllerName[]];

/** Settings of one kind of controller as its code reads them. */
export type ControllerSettings<N extends ControllerName> = v.InferOutput<(typeof CONTROLLERS)[N]["settings"]>;

/** The entry of a kind of controller. */
export function controllerNamed(name: ControllerName): Controller {
  return CONTROLLERS[name];
}

/** Infers the type of the settings, so that `command` and the others read them checked. */
function define<S extends Settings>(controller: Controller<S>): Controller<S> {
  return controller;
}
