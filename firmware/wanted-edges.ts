import type { EdgeChoice, InputPlan } from "./contracts/output-plan.ts";

/**
 * Electrical edges that the guardian has to see of an input to pass on what its plan says: all of them where it judges
 * pulses by their length, else those that were chosen.
 */
export function wantedEdges({ edges = "both", activeLow, glitchFilterMs }: InputPlan): EdgeChoice {
  if (edges === "both" || glitchFilterMs !== undefined) return "both";
  return (edges === "rising") === activeLow ? "falling" : "rising";
}
