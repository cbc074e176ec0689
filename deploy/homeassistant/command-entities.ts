/**
 * Entities that command: `switch`, `number` and `button`
 * (https://www.home-assistant.io/integrations/switch.mqtt/, number.mqtt/, button.mqtt/).
 *
 * None of them is optimistic: what they show is the level that the board read back, or what a controller goes by. A
 * command that was refused therefore never shows.
 */
import type { Reading } from "../../devices/catalogue.ts";
import type { CommandField } from "../../devices/command-spec.ts";
import { type Component, nameOf } from "./component.ts";
import { numberClass } from "./device-class.ts";
import type { DiscoveredDevice } from "./discovered-device.ts";
import type { EntityMaker } from "./entity-maker.ts";
import { NUMBER, numberCommand, ON_OFF, PERCENT } from "./templates.ts";

/** The reading that shows what a field of a command brought about: `on` for `on`, `setpoint` for `setpointC`. */
export function readingOf(
  field: string,
  spec: CommandField,
  readings: DiscoveredDevice["readings"],
): string | undefined {
  const fits = (reading: Reading) => reading.type === spec.type;
  const found = Object.entries(readings).find(([id, reading]) => {
    const unitAtEnd = field.startsWith(id) && /^[A-Z]/.test(field.slice(id.length));
    return fits(reading) && (id === field || (unitAtEnd && sameUnit(reading, spec)));
  });
  return found?.[0];
}

/** The entity for a field whose level is read back. A field that is not has none: it could only be guessed. */
export function commandEntity(
  make: EntityMaker,
  device: DiscoveredDevice,
  field: string,
): [string, Component] | undefined {
  const spec = device.command[field]!;
  const reading = readingOf(field, spec, device.readings);
  if (reading === undefined) return undefined;
  // The one thing that an output does has the output's name.
  const isMain = device.kind === "actuator" && (field === "on" || Object.keys(device.command).length === 1);
  const name = isMain ? null : nameOf(reading);
  const fields = { command_topic: make.setTopic, optimistic: false, retain: false };
  if (spec.type === "boolean") {
    const own = { ...onOff(device, field), value_template: ON_OFF, state_on: "ON", state_off: "OFF" };
    return [reading, make.ofReading("switch", reading, name, { ...fields, ...own })];
  }
  return [
    reading,
    make.ofReading("number", reading, name, { ...fields, ...range(device, field, reading, spec) }),
  ];
}

/** Gives an output back to its controller, or to those of other boards. */
export function handBack(make: EntityMaker, to: string): Component {
  return make.ofBoard("button", "hand_back", `Hand back to ${to}`, {
    command_topic: make.setTopic,
    payload_press: JSON.stringify({ override: false }),
    retain: false,
  });
}

/** Off is always accepted, without an end of its own. */
function onOff(device: DiscoveredDevice, field: string) {
  return {
    payload_on: JSON.stringify({ [field]: true, ...override(device) }),
    payload_off: JSON.stringify({ [field]: false }),
  };
}

/** What takes an output away from whoever else commands it, for as long as is allowed. */
function override({ owner, lent }: DiscoveredDevice): Readonly<Record<string, unknown>> {
  const { maxOverrideMs } = owner ?? lent ?? {};
  return maxOverrideMs === undefined ? {} : { override: true, for: durationText(maxOverrideMs) };
}

/** A duration as commands take it, exactly: `30m`. */
function durationText(ms: number): string {
  const units = { h: 3_600_000, m: 60_000, s: 1000 };
  const [unit, size] = Object.entries(units).find(([, size]) => ms % size === 0) ?? ["ms", 1];
  return `${ms / size}${unit}`;
}

function range(device: DiscoveredDevice, field: string, id: string, spec: NumberField) {
  const { min, max, unit = "" } = spec;
  const reading = device.readings[id];
  // `readingOf` has found one of the same type.
  const resolution = reading?.type === "number" ? reading.resolution : 1;
  const isShare = unit === "" && min === 0 && max === 1;
  const scale = isShare ? 100 : 1;
  const shownUnit = isShare ? "%" : unit;
  const device_class = isShare ? undefined : numberClass(id, unit);
  return {
    value_template: isShare ? PERCENT : NUMBER,
    command_template: numberCommand(field, isShare, override(device)),
    min: min * scale,
    max: max * scale,
    // The smallest that number.mqtt takes is 0.001.
    step: Math.max(0.001, resolution * scale),
    ...(shownUnit !== "" && { unit_of_measurement: shownUnit }),
    ...(device_class !== undefined && { device_class }),
  };
}

function sameUnit(reading: Reading, spec: CommandField): boolean {
  return reading.type === "boolean" || (spec.type === "number" && (spec.unit ?? "") === reading.unit);
}

type NumberField = Extract<CommandField, { type: "number" }>;
