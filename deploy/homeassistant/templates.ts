/**
 * What Home Assistant has to make of the board's documents, as its templates
 * (https://www.home-assistant.io/docs/templating/). `value_json` is undefined for a topic that was cleared.
 *
 * `None` is what its entities take for "unknown" (sensor.mqtt, switch.mqtt, binary_sensor.mqtt, select.mqtt: state `None`;
 * number.mqtt: `payload_reset`).
 */
import type { Availability } from "./component.ts";

/** States are at most 255 characters long in Home Assistant; longer ones are refused by it. */
const LONGEST_STATE = 250;

/** Whether the board is online: its status, or the last will of who had to say it. */
export function boardOnline(statusTopic: string): Availability {
  const value_template = "{{ value_json.state if value_json is defined else 'offline' }}";
  return { topic: statusTopic, value_template };
}

/** Whether a reading may be shown: `suspect` is fresh and possible, `stale` and `bad` are no news of the world. */
export function readingTrusted(readingTopic: string): Availability {
  const trusted = "value_json is defined and value_json.quality in ['good', 'suspect']";
  return { topic: readingTopic, value_template: `{{ 'online' if ${trusted} else 'offline' }}` };
}

/** A number, or `None` for a reading without a value. */
export const NUMBER = "{{ value_json.value if value_json is defined else 'None' }}";

/** A share of 0 to 1 in percent. */
export const PERCENT =
  "{{ 'None' if value_json is not defined or value_json.value is none else (value_json.value * 100) | round(2) }}";

/** `ON`, `OFF` or `None`. */
export const ON_OFF =
  "{{ 'None' if value_json is not defined or value_json.value is none else 'ON' if value_json.value else 'OFF' }}";

/** A field of the state of a device or board as a text that is not too long; `none` where there is nothing to say. */
export function textField(field: string): string {
  return `{{ ((value_json.get('${field}') if value_json is defined else none) or 'none')[:${LONGEST_STATE}] }}`;
}

/** A field of the state of a device or board as it is. */
export function stateField(field: string): string {
  return `{{ value_json.get('${field}') if value_json is defined else 'None' }}`;
}

/** What an operator has ordered of the ladder; `auto` where nobody did. */
export const ORDER =
  "{{ value_json.modeOverride.mode if value_json is defined and value_json.modeOverride else 'auto' }}";

/** Whether the board is online, for an entity that shows it. */
export const CONNECTED = "{{ 'ON' if value_json is defined and value_json.state == 'online' else 'OFF' }}";

/** A command of one number, and the options beside it; `value` is what a person chose. */
export function numberCommand(
  field: string,
  isShare: boolean,
  options: Readonly<Record<string, unknown>> = {},
): string {
  const others = Object.entries(options).map(
    ([name, held]) => `,${JSON.stringify(name)}:${JSON.stringify(held)}`,
  );
  return `{"${field}":{{ ${isShare ? "(value / 100) | round(4)" : "value"} }}${others.join("")}}`;
}

/** A command of one option. */
export function optionCommand(field: string): string {
  return `{"${field}":"{{ value }}"}`;
}
