import type { CrashReason, ExitReason } from "../process/exit-reason.ts";
import type { Pid } from "../process/pid.ts";
import type { Self } from "../process/self.ts";
import type { CallMap, ReplyFor, RequestFor } from "./address.ts";
import type { From } from "./exchange.ts";
import type { Waited } from "./handler-result.ts";
import type { Version } from "./server-module.ts";

/** Names a handler that was added: its place in the catalogue, and an id where it is there more than once. */
export interface HandlerName {
  readonly handler: string;
  readonly id?: string;
}

/** Why a handler is no more, as it is told itself. */
export type HandlerEnd =
  /** Somebody removed it, with these arguments. */
  | { readonly removed: unknown }
  /** It said so itself. */
  | { readonly done: true }
  /** Another takes its place. */
  | { readonly swapped: unknown }
  | { readonly crashed: CrashReason }
  /** Who added it supervised has ended. */
  | { readonly supervisorEnded: ExitReason }
  /** The manager ends. */
  | { readonly stopped: ExitReason };

/** Told to whoever added a handler supervised when that is no more. */
export interface HandlerGone {
  readonly type: "handlerGone";
  readonly manager: Pid;
  readonly name: HandlerName;
  /** `normal`: removed, or done. */
  readonly reason: "normal" | ExitReason | { readonly swapped: HandlerName };
}

/** Another handler takes over: it gets `args` and what this one's `terminate` gives. */
export interface Swap<S> {
  readonly swap: HandlerName;
  readonly args: unknown;
  /** Told to this one's `terminate`. */
  readonly last?: unknown;
  readonly state: S;
}

export type EventResult<S> = { readonly state: S } | { readonly done: true; readonly state: S } | Swap<S>;

/** As an event's, with an answer; without one it is given later by `reply(self, from, value)`. */
export type HandlerCallResult<S, V> = EventResult<S> & ({ readonly reply: V } | { readonly noReply: true });

/**
 * One handler of an event manager's catalogue: state `S`, events `E`, calls `C` (a map), argument `A`.
 * An error in any of its functions removes it, and it alone.
 */
export interface EventHandler<S, E, C extends CallMap<C> = Record<never, never>, A = undefined> {
  readonly version: Version;
  /** `before`: what the handler whose place it takes gave to it. An error is told to who adds it. */
  init(args: A, self: Self<unknown>, before: unknown): Waited<{ readonly state: S }>;
  handleEvent(state: S, event: E, self: Self<unknown>): Waited<EventResult<S>>;
  readonly handleCall: {
    readonly [T in keyof C & string]: (
      state: S,
      request: RequestFor<C, T>,
      from: From<ReplyFor<C, T>>,
      self: Self<unknown>,
    ) => Waited<HandlerCallResult<S, ReplyFor<C, T>>>;
  };
  /** Other messages of the manager's process: every handler gets them. */
  handleInfo?(state: S, message: unknown, self: Self<unknown>): Waited<EventResult<S>>;
  /** The last that runs. What it gives goes to who removed it, or to its successor. */
  terminate?(why: HandlerEnd, state: S, self: Self<unknown>): Waited<unknown>;
  /** Makes its state of the state of another version. */
  codeChange?(oldVersion: Version, state: unknown): S;
}

/** The handlers a manager may have, by name. Functions cannot be sent, so they are all known to it beforehand. */
export type Catalogue<E> = Readonly<Record<string, AnyEventHandler<E>>>;

/** Any handler for events `E`. */
export interface AnyEventHandler<E> {
  readonly version: Version;
  init(args: never, self: Self<unknown>, before: unknown): unknown;
  handleEvent(state: never, event: E, self: Self<unknown>): unknown;
  readonly handleCall: object;
  handleInfo?(state: never, message: unknown, self: Self<unknown>): unknown;
  terminate?(why: HandlerEnd, state: never, self: Self<unknown>): unknown;
  codeChange?(oldVersion: Version, state: unknown): unknown;
}

/** The argument of a handler's `init`. */
export type HandlerArgs<H> = H extends { init(args: infer A, ...rest: never): unknown } ? A : never;

/** The calls of a handler, as a map. */
export type HandlerCalls<H> = H extends { readonly handleCall: infer T }
  ? { [K in keyof T]: T[K] extends (...args: infer P) => unknown ? CallOf<P> : never }
  : never;

type CallOf<P extends readonly unknown[]> = P extends readonly [unknown, infer Q, From<infer V>, ...unknown[]]
  ? (request: Omit<Q, "type">) => V
  : never;
