/**
 * A protocol as data: what two sides may say to each other, state by state. `declareProtocol` checks it; the
 * types of the messages of each side follow from it.
 */
import type { Fields, Flat, InferFields } from "./schema.ts";

export interface ProtocolSpec {
  readonly name: string;
  /** The two parties, by their roles. */
  readonly sides: readonly [string, string];
  readonly start: string;
  readonly states: Readonly<Record<string, StateSpec>>;
}

export interface StateSpec {
  /** For people. */
  readonly doc?: string;
  /** What each side may say here, by the tag of the message. Absent only in a final state. */
  readonly may?: Readonly<Record<string, Readonly<Record<string, MessageSpec>>>>;
  /** The conversation is over. */
  readonly final?: true;
  /**
   * A time limit, ms: the side that may speak says something within it, counted from the entry to this state or
   * from its last message here. Where both may speak, `by` says who has to.
   */
  readonly within?: number | { readonly ms: number; readonly by: string };
}

export interface MessageSpec {
  readonly doc?: string;
  /** Beside `type`, which is the tag. Default: none. */
  readonly fields?: Fields;
  readonly next: string;
}

/** One of the two roles. */
export type Side<P extends ProtocolSpec> = P["sides"][number];

/** The other role. */
export type OtherSide<P extends ProtocolSpec, S extends Side<P>> = Exclude<Side<P>, S>;

/** All messages that a side may say, in whatever state. */
export type MessageOf<P extends ProtocolSpec, S extends Side<P>> = {
  [K in keyof P["states"]]: P["states"][K] extends { readonly may: { readonly [T in S]: infer M } }
    ? Tagged<M>
    : never;
}[keyof P["states"]];

type Tagged<M> = {
  [T in keyof M & string]: M[T] extends { readonly fields: infer F }
    ? Flat<{ readonly type: T } & InferFields<F>>
    : { readonly type: T };
}[keyof M & string];

/** The limit of a state: who has to speak, within how many ms. */
export function limitOf(spec: ProtocolSpec, state: StateSpec): { side: string; ms: number } | undefined {
  if (state.within === undefined) return undefined;
  if (typeof state.within === "object") return { side: state.within.by, ms: state.within.ms };
  const speakers = spec.sides.filter((side) => state.may?.[side] !== undefined);
  return speakers.length === 1 ? { side: speakers[0]!, ms: state.within } : undefined;
}
