/**
 * A state machine's module as its loop sees it, and which handler is for which event.
 */
import type { ExitReason } from "../process/exit-reason.ts";
import { type From, tagOf } from "./exchange.ts";
import type { LimitAction, MachinePlace } from "./state-machine-module.ts";

/** An event as the loop handles it. */
export type LoopEvent =
  | ({ readonly type: "call"; readonly request: unknown } & From)
  | { readonly type: "cast"; readonly message: unknown }
  | { readonly type: "info"; readonly message: unknown }
  | { readonly type: "internal"; readonly event: unknown }
  | { readonly type: "stateLimit" | "eventLimit"; readonly content: unknown }
  | { readonly type: "limit"; readonly name: string; readonly content: unknown };

export type AnyHandler = (data: unknown, event: unknown, ...rest: unknown[]) => unknown;

type Table = Readonly<Record<string, AnyHandler>>;

/** The handlers of a state, or those common to all. */
export interface AnyHandlers {
  readonly enter?: (data: unknown, from: string, self: unknown, state: string) => unknown;
  readonly call?: Table;
  readonly cast?: Table;
  readonly limit?: Table;
  readonly info?: AnyHandler;
  readonly internal?: AnyHandler;
  readonly stateLimit?: AnyHandler;
  readonly eventLimit?: AnyHandler;
}

/** A module. */
export interface AnyMachine {
  readonly name: string;
  readonly version: number | string;
  readonly states: Readonly<Record<string, AnyHandlers>>;
  readonly common?: AnyHandlers;
  readonly postponedCapacity?: number;
  init(args: unknown, self: unknown): unknown;
  terminate?(reason: ExitReason, state: string, data: unknown, self: unknown): unknown;
  codeChange?(oldVersion: number | string, place: MachinePlace): MachinePlace;
  codeChangeBack?(oldVersion: number | string, place: MachinePlace): MachinePlace;
}

/** What a handler said, of whichever kind. */
export interface AnyStep {
  readonly next?: string;
  readonly data?: unknown;
  readonly repeat?: true;
  readonly postpone?: true;
  readonly events?: readonly LoopEvent[];
  readonly reply?: unknown;
  readonly stateLimit?: LimitAction;
  readonly eventLimit?: LimitAction;
  readonly limits?: Readonly<Record<string, LimitAction>>;
  readonly stop?: ExitReason;
}

/** The state's own handler, else the common one. */
export function findHandler(
  event: LoopEvent,
  own: AnyHandlers,
  common: AnyHandlers | undefined,
): AnyHandler | undefined {
  return handlerIn(event, own) ?? (common === undefined ? undefined : handlerIn(event, common));
}

function handlerIn(event: LoopEvent, handlers: AnyHandlers): AnyHandler | undefined {
  switch (event.type) {
    case "call":
      return inTable(handlers.call, tagOf(event.request));
    case "cast":
      return inTable(handlers.cast, tagOf(event.message));
    case "limit":
      return inTable(handlers.limit, event.name);
    default:
      return handlers[event.type];
  }
}

/** Nothing that every object has. */
function inTable(table: Table | undefined, tag: string | undefined): AnyHandler | undefined {
  if (table === undefined || tag === undefined) return undefined;
  return Object.hasOwn(table, tag) ? table[tag] : undefined;
}

/** The tags of calls and casts that any state knows. */
export function knownTags(
  states: Readonly<Record<string, AnyHandlers>>,
  common: AnyHandlers | undefined,
): { readonly call: ReadonlySet<string>; readonly cast: ReadonlySet<string> } {
  const all = [...Object.values(states), ...(common === undefined ? [] : [common])];
  const tags = (kind: "call" | "cast") =>
    new Set(all.flatMap((handlers) => Object.keys(handlers[kind] ?? {})));
  return { call: tags("call"), cast: tags("cast") };
}

/** Has that handler handle the event. */
export function runHandler(
  handler: AnyHandler,
  event: LoopEvent,
  { data, state }: MachinePlace,
  self: unknown,
): unknown {
  switch (event.type) {
    case "call":
      return handler(data, event.request, event, self, state);
    case "cast":
    case "info":
      return handler(data, event.message, self, state);
    case "internal":
      return handler(data, event.event, self, state);
    default:
      return handler(data, event.content, self, state);
  }
}
