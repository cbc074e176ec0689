/**
 * What others do with an event manager: send events, add, remove, swap and ask handlers.
 */
import type { ProcessGenerator } from "../process/process.ts";
import type { Self } from "../process/self.ts";
import type { Address, ReplyTo, RequestOf } from "./address.ts";
import { call, cast } from "./call.ts";
import { RefusedError } from "./call-error.ts";
import type { Refusal } from "./event-entry.ts";
import type { HandlerArgs, HandlerCalls, HandlerName } from "./event-handler.ts";
import type { EventManager, ManagerCalls, ManagerCasts } from "./event-manager.ts";
import type { CallLimit } from "./exchange.ts";

/**
 * Why a manager did not do it.
 *
 *   exists         a handler of that name is there already
 *   notFound       no handler of that name is there
 *   noSuchHandler  the catalogue does not have it
 *   crashed        the handler threw; if it was there before, it is removed
 */
export type HandlerErrorCode = Refusal["code"];

export class HandlerError extends Error {
  override readonly name = "HandlerError";
  readonly code: HandlerErrorCode;

  constructor(code: HandlerErrorCode, why: string) {
    super(why);
    this.code = code;
  }
}

/** A handler by its name in the catalogue, with an id where there are several of it. */
export type NameOf<K extends string> = K | { readonly handler: K; readonly id: string };

export interface AddOptions extends CallLimit {
  /**
   * This process is told by a `handlerGone` message when the handler is no more, and the handler is removed when
   * this process ends. When the manager itself dies, only a monitor tells: `self.monitor(manager)`.
   */
  readonly supervised?: boolean;
}

/** Sends an event to all handlers, without waiting. */
export function notify<M, E, H>(self: Self<M>, manager: EventManager<E, H>, event: E): void {
  cast(self, addressed(manager), { type: "notify", event });
}

/** Sends an event and waits until all handlers have handled it. Errors as `call`. */
export function* syncNotify<M, E, H>(
  self: Self<M>,
  manager: EventManager<E, H>,
  event: E,
  limit?: CallLimit,
): ProcessGenerator {
  yield* call(self, addressed(manager), { type: "syncNotify", event }, limit);
}

/** Adds a handler, last in order. Throws `HandlerError` and as `call`. */
export function* addHandler<M, E, H, K extends keyof H & string>(
  self: Self<M>,
  manager: EventManager<E, H>,
  name: NameOf<K>,
  args: HandlerArgs<H[K]>,
  { supervised, ...limit }: AddOptions = {},
): ProcessGenerator {
  const supervisor = supervised === true ? { supervisor: self.pid } : {};
  const request = { type: "add", name: nameOf(name), args, ...supervisor } as const;
  yield* done(call(self, addressed(manager), request, limit));
}

/** Removes a handler; gives what its `terminate` gave. Throws `HandlerError` and as `call`. */
export function* removeHandler<M, E, H>(
  self: Self<M>,
  manager: EventManager<E, H>,
  name: NameOf<keyof H & string>,
  args?: unknown,
  limit?: CallLimit,
): ProcessGenerator<unknown> {
  const request = { type: "remove", name: nameOf(name), args } as const;
  return yield* done(call(self, addressed(manager), request, limit));
}

/**
 * Puts a handler in the place of another, with what that one's `terminate` gave. Whoever supervised the former
 * supervises the new one, unless this is `supervised`. When the new one cannot start, both are gone.
 * Throws `HandlerError` and as `call`.
 */
export function* swapHandler<M, E, H, K extends keyof H & string>(
  self: Self<M>,
  manager: EventManager<E, H>,
  former: { readonly name: NameOf<keyof H & string>; readonly last?: unknown },
  by: { readonly name: NameOf<K>; readonly args: HandlerArgs<H[K]> },
  { supervised, ...limit }: AddOptions = {},
): ProcessGenerator {
  const request = {
    type: "swap",
    name: nameOf(former.name),
    last: former.last,
    by: nameOf(by.name),
    args: by.args,
    ...(supervised === true ? { supervisor: self.pid } : {}),
  } as const;
  yield* done(call(self, addressed(manager), request, limit));
}

/** Asks one handler. Throws `HandlerError`, `TypeError` for what it does not understand, and as `call`. */
export function callHandler<
  M,
  E,
  H,
  K extends keyof H & string,
  const R extends RequestOf<HandlerCalls<H[K]>>,
>(
  self: Self<M>,
  manager: EventManager<E, H>,
  name: NameOf<K>,
  request: R,
  limit?: CallLimit,
): ProcessGenerator<ReplyTo<HandlerCalls<H[K]>, R>> {
  const asked = { type: "ask", name: nameOf(name), request } as const;
  return done(
    call(self, addressed(manager), asked, limit) as ProcessGenerator<ReplyTo<HandlerCalls<H[K]>, R>>,
  );
}

/** The handlers that are there, in their order. Errors as `call`. */
export function whichHandlers<M, E, H>(
  self: Self<M>,
  manager: EventManager<E, H>,
  limit?: CallLimit,
): ProcessGenerator<HandlerName[]> {
  return call(self, addressed(manager), { type: "which" }, limit);
}

function addressed<E, H>(manager: EventManager<E, H>): Address<ManagerCalls, ManagerCasts> {
  return manager as unknown as Address<ManagerCalls, ManagerCasts>;
}

function nameOf(name: NameOf<string>): HandlerName {
  return typeof name === "string" ? { handler: name } : name;
}

function* done<V>(work: ProcessGenerator<V>): ProcessGenerator<V> {
  try {
    return yield* work;
  } catch (error) {
    if (error instanceof RefusedError) throw new HandlerError(error.code as HandlerErrorCode, error.message);
    throw error;
  }
}
