/** Durations and frequencies as people write them: a number and a unit, `"250ms"`, `"1.5s"`, `"400kHz"`. */

const MS_PER_UNIT: readonly (readonly [unit: string, ms: number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
  ["us", 0.001],
];
const HZ_PER_UNIT: readonly (readonly [unit: string, hz: number])[] = [
  ["MHz", 1_000_000],
  ["kHz", 1000],
  ["Hz", 1],
];

/** `"2s"` to 2000. Units us, ms, s, m, h, d; no sign, no spaces. `undefined` when it is not a duration. */
export function parseDurationMs(text: string): number | undefined {
  return parseQuantity(text, MS_PER_UNIT);
}

/** `"400kHz"` to 400000. Units Hz, kHz, MHz. `undefined` when it is not a frequency. */
export function parseFrequencyHz(text: string): number | undefined {
  return parseQuantity(text, HZ_PER_UNIT);
}

/** 90000 to `"90s"`: the largest unit that divides it. */
export function formatDuration(ms: number): string {
  for (const [unit, size] of MS_PER_UNIT) {
    if (ms >= size && Number.isInteger(ms / size)) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}

function parseQuantity(
  text: string,
  units: readonly (readonly [unit: string, factor: number])[],
): number | undefined {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([A-Za-z]+)$/.exec(text) ?? [];
  const factor = units.find(([name]) => name === unit)?.[1];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}
