/**
 * `declareProtocol({...})`: checks a declaration and compiles it for those who watch over it.
 *
 *   const meter = declareProtocol({
 *     name: "meter", sides: ["client", "meter"], start: "idle",
 *     states: {
 *       idle:  { may: { client: { ask: { fields: { channel: "int" }, next: "asked" }, bye: { next: "over" } } } },
 *       asked: { may: { meter: { answer: { fields: { value: "number" }, next: "idle" } } }, within: 50 },
 *       over:  { final: true },
 *     },
 *   });
 *   type Asks = MessageOf<typeof meter.spec, "client">;   // { type: "ask"; channel: number } | { type: "bye" }
 */
import { createHash } from "node:crypto";
import { declarationProblems } from "./declaration-problems.ts";
import { limitOf, type ProtocolSpec } from "./protocol.ts";
import { printFields } from "./schema.ts";
import { type Check, compileFields } from "./schema-check.ts";

/** A declaration that nobody could keep. `problems` says why, all at once. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly problems: readonly string[];

  constructor(protocol: string, problems: readonly string[]) {
    super(`protocol ${protocol}: ${problems.join("; ")}`);
    this.problems = problems;
  }
}

/** Index of a side in `sides`. */
export type SideNumber = 0 | 1;

/** A state as the check walks it. */
export interface CompiledState {
  readonly name: string;
  readonly final: boolean;
  /** What each side may say here, by tag. */
  readonly may: readonly [ReadonlyMap<string, CompiledMessage>, ReadonlyMap<string, CompiledMessage>];
  /** Who has to speak within which time, us. */
  readonly limit: { readonly side: SideNumber; readonly us: number } | undefined;
}

export interface CompiledMessage {
  readonly check: Check;
  readonly next: CompiledState;
}

/** A declared protocol. Made by `declareProtocol` only. */
export interface Protocol<P extends ProtocolSpec = ProtocolSpec> {
  readonly spec: P;
  /** Equal for equal declarations: two parties compare it before they talk. */
  readonly digest: string;
  readonly states: ReadonlyMap<string, CompiledState>;
  readonly start: CompiledState;
  /** Somebody has to keep time limits: by side. */
  readonly hasLimits: readonly [boolean, boolean];
}

/** Throws `ProtocolError` with everything that is wrong. */
export function declareProtocol<const P extends ProtocolSpec>(spec: P): Protocol<P> {
  const problems = declarationProblems(spec);
  if (problems.length > 0) throw new ProtocolError(spec.name, problems);
  const states = compileStates(spec);
  const obliged = (side: SideNumber) => [...states.values()].some(({ limit }) => limit?.side === side);
  const digest = createHash("sha256").update(JSON.stringify(spec)).digest("hex").slice(0, 16);
  return { spec, digest, states, start: states.get(spec.start)!, hasLimits: [obliged(0), obliged(1)] };
}

function compileStates(spec: ProtocolSpec): Map<string, CompiledState> {
  const { sides } = spec;
  const states = new Map<string, CompiledState>();
  const may = new Map<string, [Map<string, CompiledMessage>, Map<string, CompiledMessage>]>();
  for (const [name, state] of Object.entries(spec.states)) {
    const limit = limitOf(spec, state);
    const messages: [Map<string, CompiledMessage>, Map<string, CompiledMessage>] = [new Map(), new Map()];
    may.set(name, messages);
    states.set(name, {
      name,
      final: state.final === true,
      may: messages,
      limit: limit && { side: limit.side === sides[0] ? 0 : 1, us: limit.ms * 1000 },
    });
  }
  for (const [name, state] of Object.entries(spec.states)) {
    for (const side of [0, 1] as const) {
      for (const [tag, { fields = {}, next }] of Object.entries(state.may?.[sides[side]] ?? {})) {
        const check = compileFields(fields, ["type"], printFields(fields));
        may.get(name)![side].set(tag, { check, next: states.get(next)! });
      }
    }
  }
  return states;
}
