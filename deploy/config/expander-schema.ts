/** Expanders: chips on a bus whose pins are outputs, and how such a pin is written. */
import * as v from "valibot";
import { EXPANDER_NAMES, type ExpanderName, expanderNamed } from "../../devices/expander-catalogue.ts";
import { type FieldMetadata, flag } from "../../devices/field.ts";
import { LINE_NAMES, type LineName } from "../../firmware/header-map.ts";
import { nearest } from "../nearest.ts";
import { address, busOrChannel, line } from "./place-fields.ts";

/** `valves.GPA3`: an expander of the board and one of its pins. */
export type ExpanderPin = `${string}.${string}`;

const railSchema = v.pipe(
  v.strictObject({
    line: line("The line that switches the power of the loads."),
    activeLow: v.exactOptional(flag("The power is on at the low level.")),
  }),
  v.description(
    "Power of the loads behind the expander. The guardian switches it by itself: off when an output does not reach its safe level.",
  ),
);

/** Every part, told apart by `chip`. */
export const expanderSchema = v.variant(
  "chip",
  EXPANDER_NAMES.map((name) => partSchema(name)) as [ReturnType<typeof partSchema>],
);

/** A line of the header, its pin, or a pin of an expander. */
export function outputLine(description: string): v.GenericSchema<LineName | ExpanderPin> {
  const header = line(description);
  const { errorMessage, suggest } = v.getMetadata(
    header as Parameters<typeof v.getMetadata>[0],
  ) as FieldMetadata;
  return v.pipe(
    v.union([header, v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_-]{0,31}\.[A-Z0-9]{1,8}$/))]),
    v.description(description),
    v.metadata({
      errorMessage: `${errorMessage}, or a pin of an expander, such as "valves.GPA3"`,
      suggest: (found: unknown) =>
        suggest?.(found) ?? (typeof found === "string" ? nearest(found, LINE_NAMES) : undefined),
    }),
  ) as v.GenericSchema<LineName | ExpanderPin>;
}

export interface ExpanderConfig {
  readonly chip: ExpanderName;
  readonly bus: string;
  readonly address: string;
  readonly rail?: v.InferOutput<typeof railSchema>;
}

/** The expander and the pin of a line such as `valves.GPA3`; undefined for a line of the header. */
export function expanderPin(line: string): { readonly expander: string; readonly pin: string } | undefined {
  const [expander, pin] = line.split(".");
  return expander === undefined || pin === undefined ? undefined : { expander, pin };
}

function partSchema(name: ExpanderName) {
  const { part, addresses } = expanderNamed(name);
  return v.pipe(
    v.strictObject({
      chip: v.literal(name),
      bus: busOrChannel("One of the buses above, or a channel of a multiplexer on it."),
      address: address(addresses),
      rail: v.exactOptional(railSchema),
    }),
    v.title(part),
  );
}
