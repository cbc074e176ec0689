/** What the guardian is told about one input: what is written, and the driver's defaults for the rest. */
import type { Driver } from "../../devices/catalogue.ts";
import { durationMs, frequencyHz } from "../../devices/field.ts";
import type { InputPlan } from "../../firmware/contracts/output-plan.ts";
import type { InputDeviceConfig } from "./device-schema.ts";

/**
 * A `glitchFilter` takes the place of the driver's debounce. `settings.debounce` of a button is the older spelling of
 * `debounce`.
 */
export function inputPolicy({ input = {} }: Pick<Driver, "input">, device: InputDeviceConfig): InputPlan {
  const { line, bias, activeLow = false, edges, glitchFilter, maxEdgeRate, settings } = device;
  const written = device.debounce ?? (settings?.debounce as string | undefined);
  const glitchFilterMs = glitchFilter === undefined ? undefined : durationMs(glitchFilter);
  const standard = glitchFilter === undefined ? input.debounceMs : undefined;
  const debounceMs = written === undefined ? standard : debounceOf(written);
  const chosen = edges ?? input.edges;
  const maxEdgeRateHz = maxEdgeRate === undefined ? input.maxEdgeRateHz : frequencyHz(maxEdgeRate);
  return {
    line,
    bias,
    activeLow,
    ...(chosen !== undefined && { edges: chosen }),
    ...(debounceMs !== undefined && { debounceMs }),
    ...(glitchFilterMs !== undefined && { glitchFilterMs }),
    ...(maxEdgeRateHz !== undefined && { maxEdgeRateHz }),
    ...(input.counts === true && { counts: true }),
  };
}

function debounceOf(text: string): number | undefined {
  return text === "none" ? undefined : durationMs(text);
}
