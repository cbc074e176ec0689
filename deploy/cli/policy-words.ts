/** The policy of an output in words, shortest first cause last: what a person checks before connecting a load. */
import type { OutputPlan } from "../../firmware/contracts/output-plan.ts";
import { formatDuration } from "../../runtime/time/duration.ts";
import { safeElectrical } from "../config/output-policy.ts";

/** `["safe off (high: active low)", "lease 2s", "maxOn 10m"]`. */
export function policyWords(plan: OutputPlan): readonly string[] {
  const {
    safe,
    activeLow,
    drive = "push-pull",
    onCrash,
    holdForMs,
    leaseMs,
    maxOnMs,
    maxOnRestMs,
    maxOnLatch,
    minOffMs,
  } = plan;
  const level = `${safeElectrical(plan)}${activeLow ? ": active low" : ""}`;
  const held = holdForMs === undefined ? "for ever" : formatDuration(holdForMs);
  return [
    `safe ${safe} (${level})`,
    ...(drive === "push-pull" ? [] : [drive]),
    ...(onCrash === "hold" ? [`holds ${held} on crash`] : []),
    ...(onCrash === "release" ? ["released on crash"] : []),
    ...(onCrash === "hold" ? [] : [`lease ${leaseMs === undefined ? "none" : formatDuration(leaseMs)}`]),
    ...(maxOnMs === undefined ? [] : [`maxOn ${formatDuration(maxOnMs)}`]),
    ...(maxOnRestMs === undefined ? [] : [`rest ${formatDuration(maxOnRestMs)}`]),
    ...(maxOnLatch === undefined
      ? []
      : [`latches at ${maxOnLatch.count} in ${formatDuration(maxOnLatch.windowMs)}`]),
    ...(minOffMs === undefined ? [] : [`minOff ${formatDuration(minOffMs)}`]),
  ];
}
