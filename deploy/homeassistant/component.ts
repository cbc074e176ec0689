/**
 * One entity of Home Assistant, in the words of its MQTT discovery
 * (https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery, device discovery, since 2024.12). Field names are
 * written out: nothing here is short of memory, and people read these messages.
 */

/** Kinds of entity that a board has. */
export const PLATFORMS = [
  "sensor",
  "binary_sensor",
  "switch",
  "number",
  "select",
  "button",
  "event",
] as const;
export type Platform = (typeof PLATFORMS)[number];

/** Where to look whether an entity can be believed: `value_template` renders `online` or `offline`. */
export interface Availability {
  readonly topic: string;
  readonly value_template: string;
}

export interface Component {
  readonly platform: Platform;
  /** Kept for ever by Home Assistant: settings that people made of an entity hang on it. */
  readonly unique_id: string;
  /** `null`: the entity has the name of its device. */
  readonly name: string | null;
  readonly qos: 1;
  readonly entity_category?: "config" | "diagnostic";
  readonly state_topic?: string;
  readonly command_topic?: string;
  readonly availability?: readonly Availability[];
  readonly availability_mode?: "all";
  /** What only some platforms have. */
  readonly [field: string]: unknown;
}

/** Entities of one device, by an id that is unique there. */
export type Components = Readonly<Record<string, Component>>;

/** `airPressure` or `air_pressure` to `Air pressure`: how an entity is called. */
export function nameOf(id: string): string {
  const words = id
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/[_-]+/g, " ")
    .toLowerCase();
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
