/**
 * How far a reading may be trusted. Nobody mistakes an old value for a new one, and an impossible value is
 * never passed on as a measurement.
 *
 * Pure: the caller keeps the previous sample and the clock.
 */

/**
 * `good`: fresh, in range, plausible. `suspect`: fresh and possible, but it changed faster than the world can.
 * `stale`: was true, is too old to act on. `bad`: absent, or outside what the part can measure.
 */
export const QUALITIES = ["good", "suspect", "stale", "bad"] as const;

export type Quality = (typeof QUALITIES)[number];

/** What may be believed of one reading. Units are the reading's own. */
export interface QualityRule {
  /** Operating range of the datasheet; a value outside is a fault, not weather. */
  readonly min: number;
  readonly max: number;
  /** Oldest age that may still be acted on, ms; two or three periods of the job that measures. */
  readonly staleAfterMs: number;
  /** Fastest change of the measured thing itself, units per second. Absent: any change is believed. */
  readonly maxPerSecond?: number;
  /** Change that is never suspect: noise plus resolution, so that short periods do not magnify both. */
  readonly jitter?: number;
}

/** One reading and when it was measured (monotonic microseconds). `value` absent: the part gave none. */
export interface Sample {
  readonly value: number | undefined;
  readonly atUs: number;
}

/** Why a quality was given, as data. */
export type QualityReason =
  | { readonly code: "plausible" }
  | { readonly code: "absent" }
  | { readonly code: "out_of_range"; readonly value: number; readonly min: number; readonly max: number }
  | { readonly code: "too_old"; readonly ageMs: number; readonly limitMs: number }
  | { readonly code: "too_fast"; readonly perSecond: number; readonly limitPerSecond: number };

export interface Judgement {
  readonly quality: Quality;
  readonly reason: QualityReason;
}

/**
 * Quality of `sample` at `nowUs`; the first of absent, out of range, too old, too fast decides.
 *
 * `previous` is the sample before this one, whatever its quality: one spike is suspect on its way out and on
 * its way back, a true step is suspect once and then good again. No previous sample: the rate is not judged.
 */
export function judge(
  sample: Sample,
  previous: Sample | undefined,
  rule: QualityRule,
  nowUs: number,
): Judgement {
  const { value, atUs } = sample;
  const { min, max, staleAfterMs } = rule;
  if (value === undefined || Number.isNaN(value)) return { quality: "bad", reason: { code: "absent" } };
  if (value < min || value > max)
    return { quality: "bad", reason: { code: "out_of_range", value, min, max } };
  const ageMs = (nowUs - atUs) / 1000;
  if (ageMs > staleAfterMs)
    return { quality: "stale", reason: { code: "too_old", ageMs, limitMs: staleAfterMs } };
  const tooFast = changeTooFast(sample, previous, rule);
  return tooFast ?? { quality: "good", reason: { code: "plausible" } };
}

/** The least trustworthy of several, for a value made of several readings; `good` of none. */
export function worst(...qualities: readonly Quality[]): Quality {
  const order: readonly Quality[] = ["bad", "stale", "suspect"];
  return order.find((quality) => qualities.includes(quality)) ?? "good";
}

function changeTooFast(
  sample: Sample,
  previous: Sample | undefined,
  { maxPerSecond, jitter = 0 }: QualityRule,
): Judgement | undefined {
  if (maxPerSecond === undefined || sample.value === undefined) return undefined;
  if (previous?.value === undefined || Number.isNaN(previous.value)) return undefined;
  const seconds = (sample.atUs - previous.atUs) / 1e6;
  if (seconds <= 0) return undefined;
  const change = Math.abs(sample.value - previous.value);
  if (change <= maxPerSecond * seconds + jitter) return undefined;
  const reason = { code: "too_fast", perSecond: change / seconds, limitPerSecond: maxPerSecond } as const;
  return { quality: "suspect", reason };
}
