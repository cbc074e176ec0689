/** The policy of an output in numbers, with its defaults, and the electrical level behind it. */
import { durationMs } from "../../devices/field.ts";
import type { OutputPlan } from "../../firmware/contracts/output-plan.ts";
import type { OutputDeviceConfig } from "./device-schema.ts";

/** Wherever no lease is written; also long enough for a runtime that is restarted. */
export const DEFAULT_LEASE = "2s";
export const DEFAULT_MAX_OVERRIDE = "30m";

type Electrical = "high" | "low";

/**
 * What the guardian is told about one output. `hold` has no lease: it would end what is to be held. `periodNs`: of a
 * PWM output.
 */
export function outputPolicy(
  kind: OutputPlan["kind"],
  device: OutputDeviceConfig,
  periodNs?: number,
): OutputPlan {
  const { line, activeLow = false, safe, onCrash = "safe", lease = DEFAULT_LEASE } = device;
  const { drive, holdFor, maxOn, maxOnRest, maxOnLatch, minOff } = device;
  return {
    line,
    kind,
    ...(periodNs !== undefined && { periodNs }),
    activeLow,
    ...(drive !== undefined && { drive }),
    safe,
    onCrash,
    ...(holdFor !== undefined && { holdForMs: durationMs(holdFor) }),
    ...(onCrash !== "hold" && lease !== "none" && { leaseMs: durationMs(lease) }),
    ...(maxOn !== undefined && { maxOnMs: durationMs(maxOn) }),
    ...(maxOnRest !== undefined && { maxOnRestMs: durationMs(maxOnRest) }),
    ...(maxOnLatch !== undefined && {
      maxOnLatch: { count: maxOnLatch.count, windowMs: durationMs(maxOnLatch.window) },
    }),
    ...(minOff !== undefined && { minOffMs: durationMs(minOff) }),
  };
}

/** The electrical level of the safe level. */
export function safeElectrical({
  safe,
  activeLow = false,
}: Pick<OutputDeviceConfig, "safe" | "activeLow">): Electrical {
  return (safe === "on") === activeLow ? "low" : "high";
}
