/**
 * Protocols made up by fast-check, all of them sound: either one side speaks in each state, or both walk a graph
 * of their own (the state is the pair of places, so whatever they say may cross).
 */
import fc from "fast-check";
import { declareProtocol, type Protocol } from "../../../runtime/protocol/declare-protocol.ts";
import type { MessageSpec, ProtocolSpec, StateSpec } from "../../../runtime/protocol/protocol.ts";

export const SIDES = ["left", "right"] as const;

/** For each place the places that its moves lead to. */
type Graph = readonly (readonly number[])[];

const graph = (most: number): fc.Arbitrary<Graph> =>
  fc.integer({ min: 1, max: most }).chain((places) =>
    fc.array(fc.array(fc.nat(places - 1), { minLength: 1, maxLength: 3 }), {
      minLength: places,
      maxLength: places,
    }),
  );

const move = (next: string): MessageSpec => ({ fields: { n: "int" }, next });

/** Each state is one side's. */
const turns = fc
  .tuple(graph(6), fc.array(fc.nat(1), { minLength: 6, maxLength: 6 }))
  .map(([places, owners]) => {
    const states: Record<string, StateSpec> = {};
    for (const [at, nexts] of places.entries()) {
      const sends = Object.fromEntries(nexts.map((next, index) => [`m${index}`, move(`s${next}`)]));
      states[`s${at}`] = { may: { [SIDES[owners[at]!]!]: sends } };
    }
    return states;
  });

/** Both sides at once. */
const together = fc.tuple(graph(3), graph(3)).map(([left, right]) => {
  const states: Record<string, StateSpec> = {};
  for (const [l, nextsL] of left.entries()) {
    for (const [r, nextsR] of right.entries()) {
      states[`s${l}.${r}`] = {
        may: {
          left: Object.fromEntries(nextsL.map((next, index) => [`l${index}`, move(`s${next}.${r}`)])),
          right: Object.fromEntries(nextsR.map((next, index) => [`r${index}`, move(`s${l}.${next}`)])),
        },
      };
    }
  }
  return states;
});

/** A declared protocol; places that nothing leads to are left out. */
export const randomProtocol: fc.Arbitrary<Protocol> = fc.oneof(turns, together).map((states) => {
  const [start] = Object.keys(states);
  const reached = new Set([start!]);
  for (const name of reached)
    for (const sends of Object.values(states[name]!.may!))
      for (const { next } of Object.values(sends)) reached.add(next);
  const spec: ProtocolSpec = {
    name: "random",
    sides: SIDES,
    start: start!,
    states: Object.fromEntries(Object.entries(states).filter(([name]) => reached.has(name))),
  };
  return declareProtocol(spec) as Protocol;
});
