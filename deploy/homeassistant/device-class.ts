/**
 * What a reading is a measure of, in Home Assistant's words, from its unit, and where that leaves a choice from its
 * name (https://www.home-assistant.io/integrations/sensor/#device-class, list of classes and the units each allows).
 *
 * A unit or name that is not here has no class: the entity works all the same, without an icon and without conversion.
 */
const BY_UNIT: Readonly<Record<string, string>> = {
  "°C": "temperature",
  lx: "illuminance",
  hPa: "atmospheric_pressure",
  Pa: "pressure",
  V: "voltage",
  mV: "voltage",
  A: "current",
  mA: "current",
  W: "power",
  kW: "power",
  Hz: "frequency",
  kHz: "frequency",
  "L/min": "volume_flow_rate",
  "L/h": "volume_flow_rate",
  "m³/h": "volume_flow_rate",
  "m/s": "speed",
  "km/h": "speed",
};

/** Of what only grows: as a measure of the moment Home Assistant refuses them. */
const OF_COUNTS: Readonly<Record<string, string>> = {
  Wh: "energy",
  kWh: "energy",
  L: "volume",
  "m³": "volume",
};

/** Shares of very different things: the reading's own name is one of these, or there is no class. */
const SHARES: readonly string[] = ["humidity", "moisture", "battery"];

/** The device class of a number, for the platforms `sensor` and `number`. `grows`: it is a count. */
export function numberClass(reading: string, unit: string, grows = false): string | undefined {
  if (grows) return OF_COUNTS[unit];
  return unit === "%" ? SHARES.find((name) => name === reading) : BY_UNIT[unit];
}

/** Digits behind the point that mean something: 0.05 has two, 1 none. */
export function precisionOf(resolution: number): number {
  return Math.min(6, Math.max(0, Math.ceil(-Math.log10(resolution))));
}
