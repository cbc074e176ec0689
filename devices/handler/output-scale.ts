/** Between what people command and measure of an output and the level that the guardian knows, 0..1. */
import type { Command, CommandSpec } from "../command-spec.ts";
import type { Measurement } from "./task.ts";

export interface OutputScale {
  /** The level that a command's fields ask for; undefined when they ask for none. */
  level(values: Command["values"]): number | undefined;
  /** A level as fields of a command: what the state shows as commanded. */
  values(level: number): Command["values"];
  /** The level that readings show; undefined when they show none. */
  found(measured: readonly Measurement[]): number | undefined;
}

/** Of an output whose first field is its level: a number, or true and false. */
export function fieldScale(spec: CommandSpec): OutputScale {
  const [field, { type }] = Object.entries(spec)[0] ?? ["on", { type: "boolean" }];
  const known = (value: number | boolean | undefined) => (value === undefined ? undefined : Number(value));
  return {
    level: (values) => known(values[field]),
    values: (level) => ({ [field]: type === "boolean" ? level > 0 : level }),
    found: (measured) => known(measured.find(({ reading }) => reading === field)?.value),
  };
}
