/**
 * What an event manager keeps of a handler, and what handlers give back to it.
 */
import type { Pid } from "../process/pid.ts";
import type { HandlerEnd, HandlerName } from "./event-handler.ts";
import type { From } from "./exchange.ts";
import { badResult } from "./handler-result.ts";

/** A handler that was added, with its state. Plain data. */
export interface Entry {
  readonly name: HandlerName;
  /** Of the code that made `state`. */
  version: number | string;
  state: unknown;
  supervisor?: Pid;
  /** The watch on its supervisor. */
  ref?: number;
}

/** Why something could not be done. Never sent: `refuse` says it to the caller. */
export class Refusal {
  readonly code: "exists" | "notFound" | "noSuchHandler" | "crashed";
  readonly why: string;

  constructor(code: Refusal["code"], why: string) {
    this.code = code;
    this.why = why;
  }
}

/** A handler of the catalogue as the manager sees it. */
export interface SomeHandler {
  readonly version: number | string;
  init(args: unknown, self: unknown, before: unknown): unknown;
  handleEvent(state: unknown, event: unknown, self: unknown): unknown;
  readonly handleCall: Readonly<
    Record<string, (state: unknown, request: unknown, from: From, self: unknown) => unknown>
  >;
  handleInfo?(state: unknown, message: unknown, self: unknown): unknown;
  terminate?(why: HandlerEnd, state: unknown, self: unknown): unknown;
  codeChange?(oldVersion: number | string, state: unknown): unknown;
}

/** What a handler gave back, of whichever kind. */
export interface AnyResult {
  readonly state?: unknown;
  readonly done?: true;
  readonly swap?: HandlerName;
  readonly args?: unknown;
  readonly last?: unknown;
  readonly reply?: unknown;
  readonly noReply?: true;
}

/** The one of that name. */
export function entryOf(entries: readonly Entry[], name: HandlerName): Entry | undefined {
  return entries.find((entry) => entry.name.handler === name?.handler && entry.name.id === name.id);
}

/** For people. */
export function print({ handler, id }: HandlerName): string {
  return id === undefined ? handler : `${handler} "${id}"`;
}

/** Nothing but a new state: no waiting, no end, no swap. */
export function isPlain(result: unknown): result is { state: unknown } {
  if (typeof result !== "object" || result === null || !("state" in result)) return false;
  const { done, swap } = result as AnyResult;
  return done === undefined && swap === undefined;
}

/** The state of a result. Throws `TypeError` when it has none. */
export function stateOf(result: unknown, name: HandlerName, allowed: string): unknown {
  if (typeof result === "object" && result !== null && "state" in result) return result.state;
  throw badResult(`the handler ${print(name)}`, result, allowed);
}
