/** What can happen to a board, at random: owners come, speak, die and take over; lines stick, chips go away; time passes. */
import fc from "fast-check";
import { LINES, RAIL } from "./plan.ts";

export type Step =
  | { readonly do: "grant"; readonly slot: number; readonly lines: readonly string[] }
  | {
      readonly do: "write";
      readonly slot: number;
      readonly line: string;
      readonly level: number;
      readonly late: boolean;
      /** At one of its own outputs, if it has any. */
      readonly own: boolean;
    }
  | { readonly do: "renew"; readonly slot: number; readonly line: string }
  | { readonly do: "renewAll" }
  | { readonly do: "fence" | "revoke"; readonly slot: number }
  | { readonly do: "transfer"; readonly from: number; readonly to: number; readonly lend: boolean }
  | { readonly do: "runtimeDies" | "guardianDies" }
  | { readonly do: "stick"; readonly line: string; readonly level: 0 | 1 | undefined }
  | { readonly do: "unplug"; readonly unplugged: boolean }
  | { readonly do: "clear"; readonly line: string }
  | { readonly do: "pass"; readonly ms: number };

const slot = fc.constantFrom(0, 0, 0, 1, 1, 2);
const line = fc.constantFrom(...LINES);
const header = fc.constantFrom(...LINES.filter((name) => name !== RAIL && !name.includes(".")));
/** On the edges of the plan's times, and just before and after them. */
const ms = fc.constantFrom(1, 10, 49, 50, 99, 100, 150, 199, 200, 250, 300, 400, 500, 1000, 2000);
const mostly = fc.constantFrom(true, true, true, true, true, true, false);
const rarely = mostly.map((most) => !most);
const of = <T extends Step["do"]>(name: T) => fc.constant(name);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: of("grant"), slot, lines: fc.uniqueArray(line, { maxLength: 6 }) }),
  },
  {
    weight: 14,
    arbitrary: fc.record({
      ...{ do: of("write"), slot, line, late: rarely, own: mostly },
      level: fc.constantFrom(1, 1, 1, 0, 0.5),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: of("renew"), slot, line }) },
  { weight: 5, arbitrary: fc.record({ do: of("renewAll") }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("fence" as const, "revoke" as const), slot }) },
  { weight: 2, arbitrary: fc.record({ do: of("transfer"), from: slot, to: slot, lend: mostly }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom("runtimeDies" as const, "guardianDies" as const) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: of("stick"),
      line: header,
      level: fc.constantFrom(0, 1, undefined, undefined),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: of("unplug"), unplugged: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: of("clear"), line }) },
  { weight: 12, arbitrary: fc.record({ do: of("pass"), ms }) },
) as fc.Arbitrary<Step>;

/** A story for a board: somebody is granted most of it first, or too little would happen. */
export const story = fc
  .tuple(
    fc.subarray([...LINES], { minLength: 5 }),
    fc.array(step, { minLength: 10, maxLength: 100, size: "max" }),
  )
  .map(([lines, steps]): readonly Step[] => [{ do: "grant", slot: 0, lines }, ...steps]);
