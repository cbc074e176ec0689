/** What the guardian is told about expanders: where each output is, and the rails that it switches by itself. */

import { expanderNamed } from "../../devices/expander-catalogue.ts";
import type { DevicePlan } from "../../devices/handler/device-plan.ts";
import type { ExpanderOutputPlan, ExpanderPlan } from "../../firmware/contracts/expander-plan.ts";
import type { OutputPlan } from "../../firmware/contracts/output-plan.ts";
import { type ExpanderConfig, expanderPin } from "./expander-schema.ts";

type Expanders = Readonly<Record<string, ExpanderConfig>>;

/** One plan for each expander, in the order of the file. */
export function expanderPlans(expanders: Expanders, devices: readonly DevicePlan[]): readonly ExpanderPlan[] {
  return Object.entries(expanders).map(([expander, { chip, bus, address, rail }]) => {
    const { pins, registers } = expanderNamed(chip);
    const outputs = devices.flatMap(({ output }): ExpanderOutputPlan[] => {
      const place = output && expanderPin(output.line);
      return place?.expander === expander ? [{ ...output!, pin: pins.indexOf(place.pin) }] : [];
    });
    return {
      ...{ expander, bus, address: Number(address), pins: pins.length as 8 | 16, registers, outputs },
      ...(rail !== undefined && { rail: rail.line }),
    };
  });
}

/** Rails belong to the guardian: off at its orderly end, as found over its death. */
export function railPlans(expanders: Expanders): readonly OutputPlan[] {
  return Object.values(expanders).flatMap(({ rail }): OutputPlan[] => {
    if (rail === undefined) return [];
    const { line, activeLow = false } = rail;
    return [{ line, kind: "line", activeLow, safe: "off", onCrash: "hold" }];
  });
}
