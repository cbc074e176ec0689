/**
 * Thermostat: on below the band, off above it, unchanged within it.
 *
 * Pure: one decision from one reading. Shortest on and off times, maxOn and leases are the output's policy.
 */
import type { Quality } from "../quality.ts";

export interface ThermostatSettings {
  readonly enabled: boolean;
  readonly setpointC: number;
  /** Half width: the band is setpoint - band .. setpoint + band, degrees C, above 0. */
  readonly bandC: number;
}

export interface ThermostatInput {
  readonly valueC: number | undefined;
  readonly quality: Quality;
}

/** Why the heater is on or off, as data. */
export type ThermostatReason =
  | { readonly code: "disabled" }
  /** No trustworthy temperature: a heater without one is off. */
  | { readonly code: "input_stale" | "input_bad" }
  /** A suspect reading keeps or ends heating, and never starts it. */
  | { readonly code: "input_suspect"; readonly valueC: number }
  | { readonly code: "below_band"; readonly valueC: number; readonly limitC: number }
  | { readonly code: "above_band"; readonly valueC: number; readonly limitC: number }
  | {
      readonly code: "within_band";
      readonly valueC: number;
      readonly lowC: number;
      readonly highC: number;
    };

export interface ThermostatDecision {
  readonly on: boolean;
  readonly reason: ThermostatReason;
}

/** Decides for a heater that is on now or not (`heating`, as read back, not as commanded). */
export function decideHeating(
  heating: boolean,
  { valueC, quality }: ThermostatInput,
  { enabled, setpointC, bandC }: ThermostatSettings,
): ThermostatDecision {
  if (!enabled) return { on: false, reason: { code: "disabled" } };
  if (quality === "stale") return { on: false, reason: { code: "input_stale" } };
  if (quality === "bad" || valueC === undefined || Number.isNaN(valueC))
    return { on: false, reason: { code: "input_bad" } };
  const lowC = setpointC - bandC;
  const highC = setpointC + bandC;
  if (valueC >= highC) return { on: false, reason: { code: "above_band", valueC, limitC: highC } };
  if (quality === "suspect") return { on: heating, reason: { code: "input_suspect", valueC } };
  if (valueC <= lowC) return { on: true, reason: { code: "below_band", valueC, limitC: lowC } };
  return { on: heating, reason: { code: "within_band", valueC, lowC, highC } };
}
