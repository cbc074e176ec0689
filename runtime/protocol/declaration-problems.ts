/** What is wrong with a declaration, in sentences: everything at once. */
import { crossingProblems } from "./crossing-problems.ts";
import { limitOf, type ProtocolSpec, type StateSpec } from "./protocol.ts";
import { RESERVED_TAGS } from "./reserved.ts";
import { schemaProblems } from "./schema-problems.ts";

/** Empty when the protocol can be spoken. */
export function declarationProblems(spec: ProtocolSpec): string[] {
  const problems = [...sideProblems(spec)];
  for (const [name, state] of Object.entries(spec.states)) {
    problems.push(...stateProblems(spec, state).map((problem) => `state ${name}: ${problem}`));
  }
  // What follows reads states by name: only a declaration that hangs together can be followed.
  if (problems.length > 0) return problems;
  return [...unreachable(spec), ...crossingProblems(spec)];
}

function sideProblems({ sides, start, states }: ProtocolSpec): string[] {
  const problems: string[] = [];
  if (sides[0] === sides[1]) problems.push(`both sides are called ${sides[0]}`);
  if (!Object.hasOwn(states, start)) problems.push(`the start ${start} is none of its states`);
  return problems;
}

function stateProblems(spec: ProtocolSpec, state: StateSpec): string[] {
  const problems: string[] = [];
  const may = state.may ?? {};
  const speakers = Object.keys(may).filter((side) => Object.keys(may[side]!).length > 0);
  if (state.final === true) {
    if (speakers.length > 0) problems.push("it is final and lets somebody speak");
    if (state.within !== undefined) problems.push("it is final and has a time limit");
    return problems;
  }
  if (speakers.length === 0) problems.push("nobody may speak, and it is not final: no way out");
  for (const side of Object.keys(may)) {
    if (!spec.sides.includes(side)) problems.push(`${side} is none of its sides (${spec.sides.join(", ")})`);
  }
  for (const side of speakers) {
    for (const [tag, { fields = {}, next }] of Object.entries(may[side]!)) {
      const at = `${side} may say ${tag}`;
      if (tag === "" || RESERVED_TAGS.has(tag)) problems.push(`${at}: the tag is the kernel's`);
      if (!Object.hasOwn(spec.states, next)) problems.push(`${at}: its next state ${next} does not exist`);
      if (fields.type !== undefined) problems.push(`${at}: the field type is its tag`);
      problems.push(...schemaProblems({ fields }).map((problem) => `${at}: ${problem}`));
    }
  }
  const [first, second] = spec.sides;
  for (const tag of Object.keys(may[first] ?? {})) {
    if (may[second]?.[tag] !== undefined)
      problems.push(`both sides may say ${tag}: a trace could not tell who`);
  }
  return [...problems, ...limitProblems(spec, state, speakers)];
}

function limitProblems(spec: ProtocolSpec, state: StateSpec, speakers: readonly string[]): string[] {
  if (state.within === undefined) return [];
  const limit = limitOf(spec, state);
  if (limit === undefined) return ["both sides may speak: the time limit has to say by whom"];
  if (!(limit.ms > 0 && limit.ms < Infinity)) return [`a time limit of ${limit.ms} ms`];
  return speakers.includes(limit.side) ? [] : [`the time limit is ${limit.side}'s, who may not speak`];
}

function unreachable({ start, states }: ProtocolSpec): string[] {
  const reached = new Set([start]);
  for (const name of reached) {
    for (const sends of Object.values(states[name]!.may ?? {})) {
      for (const { next } of Object.values(sends)) reached.add(next);
    }
  }
  return Object.keys(states)
    .filter((name) => !reached.has(name))
    .map((name) => `state ${name}: nothing leads there`);
}
