/**
 * Durations and frequencies as people write them: `"50ms"`, `"1.5s"`, `"9m50s"`, `"400kHz"`.
 *
 * Units are d, h, m (minutes), s, ms, us and Hz, kHz, MHz, spelled exactly so. A duration may join several
 * units, the longest first. No signs, no spaces, no exponents.
 */

const amount = String.raw`(\d+(?:\.\d+)?)`;
const durationForm = new RegExp(
  `^(?=.)(?:${amount}d)?(?:${amount}h)?(?:${amount}m)?(?:${amount}s)?(?:${amount}ms)?(?:${amount}us)?$`,
);
/** Microseconds in each unit of `durationForm`, in its order. */
const unitsUs = [86_400e6, 3600e6, 60e6, 1e6, 1000, 1];

const frequencyForm = new RegExp(`^${amount}(Hz|kHz|MHz)$`);
const unitsHz: Readonly<Record<string, number>> = { Hz: 1, kHz: 1000, MHz: 1e6 };

/** Milliseconds, to the nearest microsecond, from 0; `undefined` when `text` is not a duration. */
export function parseDurationMs(text: string): number | undefined {
  const found = durationForm.exec(text);
  if (found === null) return undefined;
  let us = 0;
  for (const [index, unitUs] of unitsUs.entries()) us += Number(found[index + 1] ?? 0) * unitUs;
  return us <= Number.MAX_SAFE_INTEGER ? Math.round(us) / 1000 : undefined;
}

/** Hertz, from 0; `undefined` when `text` is not a frequency. */
export function parseFrequencyHz(text: string): number | undefined {
  const [, digits, unit] = frequencyForm.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  const hz = Number(digits) * unitsHz[unit]!;
  return Number.isFinite(hz) ? hz : undefined;
}

/**
 * Short text for people: one unit or two (`"500us"`, `"50ms"`, `"1.5s"`, `"9m50s"`, `"2h"`, `"3d4h"`), rounded
 * to what it shows. `parseDurationMs` reads it back, unless `ms` is negative (`"-50ms"`) or not finite.
 */
export function formatDuration(ms: number): string {
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (!Number.isFinite(ms)) return String(ms);
  // Rounding may reach the next unit (999.96 ms is 1 s), so each unit is tried on the rounded value.
  const us = Math.round(ms * 1000);
  if (us === 0) return "0s";
  if (us < 1000) return `${us}us`;
  const shortMs = Math.round(us / 100) / 10;
  if (shortMs < 1000) return `${shortMs}ms`;
  const shortS = Math.round(ms / 100) / 10;
  if (shortS < 60) return `${shortS}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return pair(seconds, 60, "m", "s");
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1440) return pair(minutes, 60, "h", "m");
  return pair(Math.round(ms / 3_600_000), 24, "d", "h");
}

function pair(total: number, size: number, unit: string, smaller: string): string {
  const rest = total % size;
  return `${Math.floor(total / size)}${unit}${rest === 0 ? "" : `${rest}${smaller}`}`;
}
