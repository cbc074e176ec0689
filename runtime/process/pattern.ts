/**
 * Patterns of selective receive, and what they say about the type of the message.
 *
 *   receive("reading")                      the tag in `message.type`
 *   receive(["reading", "fault"])           one of several tags
 *   receive({ type: "reply", id: 7 })       every property listed is strictly equal; nested objects are patterns too
 *   receive((m) => m.type === "reading")    a function says so
 *   receive(ref)                            the answer to a monitor: its reply, or its `down`; nobody else can send one
 */
import { equalPid, isPid } from "./pid.ts";

/** The tags a union of messages has; any string when the messages are not known. */
export type TagOf<M> = unknown extends M
  ? string
  : M extends { readonly type: infer T extends string }
    ? T
    : never;

/**
 * The properties of one message that must be equal; arrays have the same length and fit element by element.
 * A process id is equal to every one of the same process; any other object of a class (a Date, a Map) to itself only.
 */
export type PartialPattern<M> = unknown extends M
  ? Readonly<Record<string, unknown>>
  : M extends object
    ? { readonly [K in keyof M]?: PartOf<M[K]> }
    : never;

type PartOf<V> = V extends readonly (infer E)[]
  ? readonly PartOf<E>[]
  : V extends object
    ? V | PartialPattern<V>
    : V;

/** What a receive waits for among messages of type `M`. */
export type Pattern<M = unknown> =
  | TagOf<M>
  | readonly TagOf<M>[]
  | PartialPattern<M>
  | ((message: M) => boolean)
  | number;

/** The messages of `M` that pattern `P` lets through, by tag, by `{ type }`, or by a type predicate. */
export type Matched<M, P> = P extends string
  ? Tagged<M, NoInfer<P>>
  : P extends readonly (infer T)[]
    ? Tagged<M, T>
    : P extends Guard<M, infer N>
      ? N
      : P extends (message: M) => boolean
        ? M
        : P extends { readonly type: infer T }
          ? Tagged<M, T>
          : M;

type Guard<M, N extends M> = (message: M) => message is N;

/** Members of `M` whose tag may be `T`; a tag wider than `T` is narrowed to it. */
type Tagged<M, T> = unknown extends M
  ? { readonly type: T }
  : M extends { readonly type: infer K }
    ? [K & T] extends [never]
      ? never
      : [K] extends [T]
        ? M
        : M & { readonly type: K & T }
    : never;

/**
 * Does the message fit? `undefined` fits all. Costs one comparison for a tag; an error of a function passes.
 * `isSignal`: it came as a signal, or as the awaited reply to a call.
 */
export function matches<M>(pattern: Pattern<M> | undefined, message: M, isSignal = false): boolean {
  if (pattern === undefined) return true;
  if (typeof pattern === "string") return tagOf(message) === pattern;
  if (typeof pattern === "number") return isSignal && (message as { ref?: unknown }).ref === pattern;
  if (typeof pattern === "function") return (pattern as (message: M) => boolean)(message);
  if (Array.isArray(pattern)) return pattern.includes(tagOf(message));
  return fits(pattern, message);
}

function tagOf(message: unknown): unknown {
  return typeof message === "object" && message !== null ? (message as { type?: unknown }).type : undefined;
}

function fits(part: unknown, value: unknown): boolean {
  if (part === value) return true;
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(part)) {
    return (
      Array.isArray(value) && part.length === value.length && part.every((each, i) => fits(each, value[i]))
    );
  }
  if (!isPlain(part)) return isPid(part) && isPid(value) && equalPid(part, value);
  for (const key in part) {
    if (!fits(part[key], (value as Record<string, unknown>)[key])) return false;
  }
  return true;
}

/** Only what is listed property by property is compared so; other objects have an identity. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
