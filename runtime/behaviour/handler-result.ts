/**
 * What handlers give back, at once or after waiting.
 *
 * A handler is a plain function (fast) or a generator function, which may wait: `yield* call(...)`. While it
 * waits, the process handles nothing else.
 */
import type { ExitReason } from "../process/exit-reason.ts";
import type { ProcessGenerator } from "../process/process.ts";

export type Waited<R> = R | ProcessGenerator<R>;

/** Goes on with `state`. */
export interface Onward<S, N> {
  readonly state: S;
  /** `handleIdle` is called when no message comes for so long, ms. */
  readonly idleMs?: number;
  /** `handleContinue` is called with it before any other message is looked at. */
  readonly continue?: N;
}

/** Answers and goes on. */
export interface Replied<S, V, N> extends Onward<S, N> {
  readonly reply: V;
}

/** Goes on; somebody answers later with `reply(self, from, value)`, or nobody does. */
export interface Deferred<S, N> extends Onward<S, N> {
  readonly noReply: true;
}

/** Ends: `terminate` is called, the reply sent, then the process is gone. */
export interface Stopped<S> {
  readonly stop: ExitReason;
  readonly state: S;
}

export interface StoppedWithReply<S, V> extends Stopped<S> {
  readonly reply: V;
}

export type CallResult<S, V, N = never> =
  | Replied<S, V, N>
  | Deferred<S, N>
  | Stopped<S>
  | StoppedWithReply<S, V>;
export type CastResult<S, N = never> = Onward<S, N> | Stopped<S>;

/** `stop` refuses to start and says why; `ignore` ends without fault, whoever starts it is told. */
export type InitResult<S, N = never> = Onward<S, N> | NotStarted;
export type NotStarted = { readonly stop: ExitReason } | { readonly ignore: true };

/** Is it the generator of a handler that has to wait? */
export function isWaiting(result: unknown): result is ProcessGenerator<unknown> {
  return typeof (result as ProcessGenerator | null | undefined)?.next === "function";
}

/** The error of a handler that gave back something else than it may. */
export function badResult(where: string, result: unknown, allowed: string): TypeError {
  const what =
    result instanceof Promise
      ? "a promise, which can never complete here (a handler waits with yield*)"
      : typeof result === "object" && result !== null
        ? `an object with ${Object.keys(result).join(", ") || "nothing in it"}`
        : String(result);
  return new TypeError(`${where} gave back ${what}; allowed is ${allowed}`);
}
