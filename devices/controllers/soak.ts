/**
 * Irrigation: short pulses of water with a rest after each, because a probe sees water minutes after it was
 * poured. Without the rest the soil is flooded before the probe says stop.
 *
 * Pure: the state is data, goes in and comes out, and may be handed to the next incarnation of the controller;
 * not over a reboot, where monotonic time (us) starts anew. The daily bound is over the
 * last 24 hours, not a calendar day: no clock step and no midnight doubles it.
 */
import type { Quality } from "../quality.ts";

export interface SoakSettings {
  readonly enabled: boolean;
  /** Water is called for at or below this, percent. */
  readonly thresholdPercent: number;
  /** A pulse ends early at or above this, percent. */
  readonly targetPercent: number;
  /** Longest single pulse, ms. */
  readonly maxOnMs: number;
  /** Shortest rest after a pulse, ms. */
  readonly soakMs: number;
  /** Most water in any 24 hours, ms of pump time. */
  readonly maxDailyOnMs: number;
}

export interface SoakInput {
  readonly moisturePercent: number | undefined;
  readonly quality: Quality;
}

/** Pulses of the last 24 hours (or of the rest, if longer), oldest first; `onSinceUs` while one is under way. */
export interface SoakState {
  readonly onSinceUs: number | undefined;
  readonly pulses: readonly { readonly startUs: number; readonly endUs: number }[];
}

/** Why the pump is on or off, as data. */
export type SoakReason =
  | { readonly code: "disabled" }
  /** No trustworthy moisture: a pump without one is off. */
  | { readonly code: "input_stale" | "input_bad" }
  /** A suspect reading neither starts nor continues a pulse. */
  | { readonly code: "input_suspect" }
  | { readonly code: "moist_enough"; readonly moisturePercent: number; readonly limitPercent: number }
  | { readonly code: "dry"; readonly moisturePercent: number; readonly limitPercent: number }
  | { readonly code: "watering"; readonly leftMs: number }
  | { readonly code: "max_on"; readonly onMs: number }
  | { readonly code: "soaking"; readonly leftMs: number }
  | { readonly code: "daily_bound"; readonly usedMs: number; readonly limitMs: number };

export interface SoakDecision {
  readonly on: boolean;
  readonly reason: SoakReason;
  readonly state: SoakState;
}

const DAY_US = 24 * 3600 * 1e6;

/**
 * A controller that has not watered yet and may water at once. A restart forgets the pulses: what must hold over
 * it is the output's `maxOn` and `maxOnRest`, or a state that is handed on.
 */
export const RESTED: SoakState = { onSinceUs: undefined, pulses: [] };

/** Decides at `nowUs`. Any end of a pulse, also by a bad input, starts the rest. */
export function decideWatering(
  state: SoakState,
  input: SoakInput,
  settings: SoakSettings,
  nowUs: number,
): SoakDecision {
  const keptUs = Math.max(DAY_US, settings.soakMs * 1000);
  const pulses = state.pulses.filter(({ endUs }) => endUs > nowUs - keptUs);
  const current = { onSinceUs: state.onSinceUs, pulses };
  const reason =
    current.onSinceUs === undefined
      ? whyStart(current, input, settings, nowUs)
      : whyContinue(current, current.onSinceUs, input, settings, nowUs);
  const on = reason.code === "dry" || reason.code === "watering";
  return { on, reason, state: on ? begun(current, nowUs) : ended(current, nowUs) };
}

/** Pump time within the last 24 hours, ms. */
export function usedMs({ onSinceUs, pulses }: SoakState, nowUs: number): number {
  const since = (startUs: number, endUs: number) => Math.max(0, endUs - Math.max(startUs, nowUs - DAY_US));
  const past = pulses.reduce((sum, { startUs, endUs }) => sum + since(startUs, endUs), 0);
  return (past + (onSinceUs === undefined ? 0 : since(onSinceUs, nowUs))) / 1000;
}

function whyStart(state: SoakState, input: SoakInput, settings: SoakSettings, nowUs: number): SoakReason {
  const refusal = whyNotAtAll(input, settings);
  if (refusal !== undefined) return refusal;
  const moisturePercent = input.moisturePercent!;
  const limitPercent = settings.thresholdPercent;
  if (moisturePercent > limitPercent) return { code: "moist_enough", moisturePercent, limitPercent };
  const lastEndUs = state.pulses.at(-1)?.endUs;
  const leftMs = lastEndUs === undefined ? 0 : settings.soakMs - (nowUs - lastEndUs) / 1000;
  if (leftMs > 0) return { code: "soaking", leftMs };
  return overDailyBound(state, settings, nowUs) ?? { code: "dry", moisturePercent, limitPercent };
}

function whyContinue(
  state: SoakState,
  onSinceUs: number,
  input: SoakInput,
  settings: SoakSettings,
  nowUs: number,
): SoakReason {
  const refusal = whyNotAtAll(input, settings);
  if (refusal !== undefined) return refusal;
  const moisturePercent = input.moisturePercent!;
  const limitPercent = settings.targetPercent;
  if (moisturePercent >= limitPercent) return { code: "moist_enough", moisturePercent, limitPercent };
  const onMs = (nowUs - onSinceUs) / 1000;
  if (onMs >= settings.maxOnMs) return { code: "max_on", onMs };
  return overDailyBound(state, settings, nowUs) ?? { code: "watering", leftMs: settings.maxOnMs - onMs };
}

function whyNotAtAll(
  { moisturePercent, quality }: SoakInput,
  { enabled }: SoakSettings,
): SoakReason | undefined {
  if (!enabled) return { code: "disabled" };
  if (quality === "stale") return { code: "input_stale" };
  if (quality === "bad" || moisturePercent === undefined || Number.isNaN(moisturePercent))
    return { code: "input_bad" };
  if (quality === "suspect") return { code: "input_suspect" };
  return undefined;
}

function overDailyBound(
  state: SoakState,
  { maxDailyOnMs }: SoakSettings,
  nowUs: number,
): SoakReason | undefined {
  const used = usedMs(state, nowUs);
  return used < maxDailyOnMs ? undefined : { code: "daily_bound", usedMs: used, limitMs: maxDailyOnMs };
}

function begun({ onSinceUs, pulses }: SoakState, nowUs: number): SoakState {
  return { onSinceUs: onSinceUs ?? nowUs, pulses };
}

function ended({ onSinceUs, pulses }: SoakState, nowUs: number): SoakState {
  if (onSinceUs === undefined) return { onSinceUs, pulses };
  return { onSinceUs: undefined, pulses: [...pulses, { startUs: onSinceUs, endUs: nowUs }] };
}
