/** Milliseconds in each unit a duration may carry. */
const unitMs = { us: 0.001, ms: 1, s: 1000, min: 60_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `"10m"`, `"50ms"`, `"1.5 h"` to milliseconds; `undefined` when the text is not a duration with a unit. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,6})?) ?(us|ms|s|min|m|h|d)$/.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
}
