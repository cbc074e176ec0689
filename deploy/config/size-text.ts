/** Sizes with a unit, as they are written in a configuration and on the command line. */
const UNITS: Readonly<Record<string, number>> = { kB: 1e3, MB: 1e6, GB: 1e9 };

/** Bytes; `undefined` when `text` is not a size. Units are kB, MB and GB, of 1000. */
export function parseSizeBytes(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,6}(?:\.\d{1,3})?)(kB|MB|GB)$/.exec(text) ?? [];
  return amount === undefined || unit === undefined ? undefined : Math.round(Number(amount) * UNITS[unit]!);
}
