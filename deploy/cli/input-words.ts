/** An input's electrics and filters in words, for the table that a board shows when it starts. */
import type { InputPlan } from "../../firmware/contracts/output-plan.ts";
import { formatDuration } from "../../runtime/time/duration.ts";

/** In the order in which an edge meets them. */
export function inputWords(input: InputPlan): string[] {
  const { bias, activeLow, debounceMs, glitchFilterMs, edges = "both", counts } = input;
  return [
    bias === "none" ? "no pull" : `pull ${bias.replace("pull-", "")}`,
    ...(activeLow ? ["active low"] : []),
    ...(debounceMs === undefined ? [] : [`debounce ${formatDuration(debounceMs)}`]),
    ...(glitchFilterMs === undefined ? [] : [`glitchFilter ${formatDuration(glitchFilterMs)}`]),
    ...(counts === true ? [`counts ${edges === "both" ? "both edges" : `${edges} edges`}`] : []),
  ];
}
