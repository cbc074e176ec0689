/**
 * Home Assistant's discovery messages as its documentation has them, written from it and not from the program: fields of
 * each platform, which are required, and what may be in them. Stricter than Home Assistant, which ignores what it doesn't know.
 *
 * https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload and the page of each platform
 * (`<platform>.mqtt`); classes and units: https://www.home-assistant.io/integrations/sensor/#device-class.
 */
type Check = (value: unknown) => boolean;
type Fields = Readonly<Record<string, Check>>;

const text: Check = (value) => typeof value === "string" && value !== "";
const flag: Check = (value) => typeof value === "boolean";
const number: Check = (value) => typeof value === "number" && Number.isFinite(value);
const whole: Check = (value) => Number.isInteger(value) && Number(value) >= 0;
const texts: Check = (value) => Array.isArray(value) && value.length > 0 && value.every(text);
const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    words.includes(value as string);
/** To publish on: no wildcards (MQTT 5.0, 3.3.2.1). */
const topic: Check = (value) => text(value) && /^[a-z0-9_-]+(\/[a-z0-9_-]+)*$/.test(String(value));
/** What is in the braces is a template's; outside of them a command is JSON. */
const template: Check = (value) => text(value) && /\{\{.*\}\}/.test(String(value));
const json: Check = (value) => {
  try {
    return typeof JSON.parse(String(value)) === "object";
  } catch {
    return false;
  }
};

const entity: Fields = {
  platform: text,
  unique_id: (value) => /^[a-z0-9_-]{10,}$/.test(String(value)),
  name: (value) => value === null || text(value),
  qos: oneOfNumbers(0, 1),
  entity_category: oneOf("config", "diagnostic"),
  availability: (value) => Array.isArray(value) && value.every(isAvailability),
  availability_mode: oneOf("all", "any", "latest"),
};
const shown: Fields = { state_topic: topic, value_template: template };
const commanded: Fields = { command_topic: topic, retain: flag };
const NUMBER_CLASSES: Readonly<Record<string, readonly string[]>> = {
  temperature: ["°C", "°F", "K"],
  humidity: ["%"],
  moisture: ["%"],
  battery: ["%"],
  illuminance: ["lx"],
  atmospheric_pressure: ["hPa", "mbar", "kPa", "inHg", "mmHg", "bar", "psi"],
  volume: ["L", "mL", "gal", "fl. oz.", "m³", "ft³", "CCF", "MCF"],
  volume_flow_rate: ["m³/h", "L/min", "L/h", "ft³/min", "gal/min", "mL/s"],
  voltage: ["V", "mV", "µV", "kV", "MV"],
  current: ["A", "mA"],
  power: ["mW", "W", "kW", "MW"],
  energy: ["Wh", "kWh", "MWh"],
  frequency: ["Hz", "kHz", "MHz", "GHz"],
  pressure: ["Pa", "hPa", "kPa", "bar", "mbar", "psi"],
  speed: ["m/s", "km/h", "mph", "ft/s", "kn"],
};

const PLATFORMS: Readonly<Record<string, { required: readonly string[]; fields: Fields }>> = {
  sensor: {
    required: ["state_topic"],
    fields: {
      ...shown,
      device_class: oneOf("enum", ...Object.keys(NUMBER_CLASSES)),
      options: texts,
      state_class: oneOf("measurement", "total_increasing"),
      suggested_display_precision: whole,
      unit_of_measurement: text,
      expire_after: whole,
    },
  },
  binary_sensor: {
    required: ["state_topic"],
    fields: { ...shown, device_class: oneOf("connectivity"), expire_after: whole },
  },
  switch: {
    required: ["command_topic"],
    fields: {
      ...shown,
      ...commanded,
      optimistic: flag,
      payload_on: json,
      payload_off: json,
      state_on: text,
      state_off: text,
    },
  },
  number: {
    required: ["command_topic"],
    fields: {
      ...shown,
      ...commanded,
      optimistic: flag,
      command_template: template,
      min: number,
      max: number,
      step: (value) => number(value) && Number(value) >= 0.001,
      unit_of_measurement: text,
      device_class: oneOf(...Object.keys(NUMBER_CLASSES)),
    },
  },
  select: {
    required: ["command_topic", "options"],
    fields: { ...shown, ...commanded, optimistic: flag, command_template: template, options: texts },
  },
  button: { required: ["command_topic"], fields: { ...commanded, payload_press: json } },
  event: {
    required: ["state_topic", "event_types"],
    fields: { ...shown, event_types: texts, device_class: oneOf("button", "doorbell", "motion") },
  },
};

const DEVICE: Fields = {
  identifiers: texts,
  name: text,
  manufacturer: text,
  model: text,
  model_id: text,
  hw_version: text,
  sw_version: text,
  via_device: text,
};
const ORIGIN: Fields = { name: text, sw_version: text };

type Document = Readonly<Record<string, unknown>>;

/** What the documentation says against a message; empty for one that is right. */
export function problemsOf(onTopic: string, document: Document): readonly string[] {
  const { device = {}, origin = {}, components = {}, ...shared } = document as Record<string, Document>;
  const { availability, availability_mode } = entity;
  return [
    ...(/^[a-z0-9_/-]+\/device\/[a-zA-Z0-9_-]+\/config$/.test(onTopic) ? [] : [`topic ${onTopic}`]),
    ...against("", shared, { availability: availability!, availability_mode: availability_mode! }, []),
    ...against("device.", device, DEVICE, ["identifiers", "name"]),
    ...against("origin.", origin, ORIGIN, ["name"]),
    ...Object.entries(components as Record<string, Document>).flatMap(([id, component]) =>
      ofComponent(`${id}.`, component),
    ),
  ];
}

function ofComponent(path: string, component: Document): string[] {
  const known = PLATFORMS[String(component.platform)];
  if (known === undefined) return [`${path}platform`];
  const found = against(path, component, { ...entity, ...known.fields }, ["unique_id", ...known.required]);
  const { device_class, unit_of_measurement, options, state_class, entity_category, min, max } = component;
  const units = NUMBER_CLASSES[String(device_class)];
  if (units !== undefined && !units.includes(String(unit_of_measurement))) found.push(`${path}unit of class`);
  // "options ... can't be used together with state_class or unit_of_measurement", and need the class `enum`.
  if (component.platform === "sensor" && (options !== undefined) !== (device_class === "enum"))
    found.push(`${path}options without enum`);
  if (device_class === "enum" && (state_class ?? unit_of_measurement) !== undefined)
    found.push(`${path}enum`);
  if (state_class === "measurement" && ["volume", "energy"].includes(String(device_class)))
    found.push(`${path}state_class of class`);
  // Only what can be changed is a setting (https://developers.home-assistant.io/docs/core/entity/#generic-properties).
  if (entity_category === "config" && component.command_topic === undefined) found.push(`${path}category`);
  if (component.platform === "number" && !(Number(min) < Number(max))) found.push(`${path}min, max`);
  if (component.command_topic !== undefined && component.retain !== false) found.push(`${path}retain`);
  return found;
}

function against(path: string, value: Document, fields: Fields, required: readonly string[]): string[] {
  const missing = required.filter((field) => !(field in value)).map((field) => `${path}${field} is missing`);
  const wrong = Object.entries(value).filter(([field, held]) => fields[field]?.(held) !== true);
  return [...missing, ...wrong.map(([field, held]) => `${path}${field}: ${JSON.stringify(held)}`)];
}

function isAvailability(value: unknown): boolean {
  const { topic: on, value_template, ...rest } = value as Record<string, unknown>;
  return topic(on) && template(value_template) && Object.keys(rest).length === 0;
}

function oneOfNumbers(...numbers: readonly number[]): Check {
  return (value) => numbers.includes(value as number);
}
