/**
 * Entities that show a reading: `sensor`, `binary_sensor`, and `event` for what is over at once
 * (https://www.home-assistant.io/integrations/sensor.mqtt/, binary_sensor.mqtt/, event.mqtt/).
 */
import type { Reading } from "../../devices/catalogue.ts";
import { type Component, nameOf } from "./component.ts";
import { numberClass, precisionOf } from "./device-class.ts";
import type { EntityMaker } from "./entity-maker.ts";
import { NUMBER, ON_OFF } from "./templates.ts";

/**
 * What is not heard of for so long is unavailable, s, although the broker says that the board is online: two and a half
 * repetitions, because a value that does not change is said again once in each. It is not the age of a measurement:
 * who measures seldom says so by the quality, at once.
 */
export function expireAfterS(repeatMs: number): number {
  return Math.ceil((2.5 * repeatMs) / 1000);
}

/** The entities of a reading that nothing commands, by their ids. */
export function readingEntities(
  make: EntityMaker,
  id: string,
  reading: Reading,
  repeatMs: number,
): [string, Component][] {
  const expire_after = expireAfterS(repeatMs);
  if (reading.type === "number") {
    const { unit, resolution, grows = false } = reading;
    const device_class = numberClass(id, unit, grows);
    const sensor = make.ofReading("sensor", id, nameOf(id), {
      value_template: NUMBER,
      state_class: grows ? "total_increasing" : "measurement",
      suggested_display_precision: precisionOf(resolution),
      expire_after,
      ...(unit !== "" && { unit_of_measurement: unit }),
      ...(device_class !== undefined && { device_class }),
    });
    return [[id, sensor]];
  }
  const sensor = make.ofReading("binary_sensor", id, nameOf(id), { value_template: ON_OFF, expire_after });
  if (reading.ended === undefined) return [[id, sensor]];
  // Home Assistant takes no retained message for an event, so none can come out of the past.
  const event = make.ofBoard("event", `${id}_event`, `${nameOf(id)} event`, {
    state_topic: make.eventTopic,
    event_types: eventTypes(id, reading.ended),
    ...(id === "pressed" && { device_class: "button" }),
  });
  return [
    [id, sensor],
    [`${id}_event`, event],
  ];
}

/** What is said when a reading becomes true, and when it becomes false. */
export function eventTypes(reading: string, ended: string): [began: string, ended: string] {
  return [reading, ended];
}
