/**
 * An event manager: a process that hands each event to all of its handlers, in the order they were added.
 * OTP's gen_event.
 *
 * It is a server whose state is the list of handlers. A handler that crashes is removed, its neighbours stay, and
 * whoever added it supervised is told; a handler whose supervisor ends is removed, too.
 */
import type { CrashReason, ExitReason } from "../process/exit-reason.ts";
import type { Pid } from "../process/pid.ts";
import type { ProcessGenerator } from "../process/process.ts";
import type { Self } from "../process/self.ts";
import { type Entry, Refusal, type SomeHandler } from "./event-entry.ts";
import type { Catalogue, HandlerName } from "./event-handler.ts";
import { EventHandlers } from "./event-handlers.ts";
import { type From, refuse, reply } from "./exchange.ts";
import { serverBody } from "./server.ts";
import type { ServerModule, Version } from "./server-module.ts";
import { type BehaviourBody, type StartOptions, start } from "./start.ts";
import type { Code } from "./system-message.ts";

/** What an event manager is made of. */
export interface EventManagerModule<E, H extends Catalogue<E>> {
  /** For people: the label of its process. */
  readonly name: string;
  readonly version: Version;
  readonly handlers: H;
  /** Told of every handler that crashed; `terminate` says where it crashed a second time. */
  onCrash?(name: HandlerName, crash: CrashReason): void;
}

declare const manages: unique symbol;

/** An event manager's process with its events and its catalogue. Nothing of it exists at run time. */
export type EventManager<E, H> = Pid & {
  readonly [manages]: { readonly event: (event: E) => void; readonly handlers: H };
};

/** The calls of its process; clients use the functions of `event-manager-client.ts`. */
export interface ManagerCalls {
  add(request: { name: HandlerName; args: unknown; supervisor?: Pid }): "ok";
  remove(request: { name: HandlerName; args: unknown }): unknown;
  swap(request: { name: HandlerName; last: unknown; by: HandlerName; args: unknown; supervisor?: Pid }): "ok";
  ask(request: { name: HandlerName; request: unknown }): unknown;
  which(): HandlerName[];
  syncNotify(request: { event: unknown }): "ok";
}
export type ManagerCasts = { readonly type: "notify"; readonly event: unknown };

/** The handlers with their states: what `getState` gives. */
export interface ManagerState {
  handlers: Entry[];
}

/** The body of an event manager's process. */
export function eventManagerBody<E, H extends Catalogue<E>>(
  code: Code<EventManagerModule<E, H>>,
): BehaviourBody<undefined, unknown> {
  if (!("current" in code)) return serverBody(managerModule(code));
  return serverBody({
    get current() {
      return managerModule(code.current);
    },
  });
}

/** Starts an event manager in this cell. Throws `StartError`. */
export function startEventManager<M, E, H extends Catalogue<E>>(
  self: Self<M>,
  code: Code<EventManagerModule<E, H>>,
  options?: StartOptions,
): ProcessGenerator<EventManager<E, H>> {
  return start(self, eventManagerBody(code), undefined, options) as ProcessGenerator<EventManager<E, H>>;
}

/** Says of a process that it runs this module. */
export function eventManagerAt<M>(
  pid: Pid,
): M extends EventManagerModule<infer E, infer H> ? EventManager<E, H> : never {
  return pid as never;
}

type ManagerModule = ServerModule<ManagerState, ManagerCalls, ManagerCasts, unknown>;

/** The manager as a server. */
function managerModule<E, H extends Catalogue<E>>(module: EventManagerModule<E, H>): ManagerModule {
  const list = new EventHandlers(
    module.handlers as unknown as Readonly<Record<string, SomeHandler>>,
    (name, crash) => module.onCrash?.(name, crash),
  );
  return {
    name: module.name,
    version: module.version,
    init(_, self) {
      self.trapExit();
      return { state: { handlers: [] } };
    },
    handleCall: {
      *add(state, { name, args, supervisor }, from, self) {
        answer(self, from, yield* list.add(state.handlers, self, name, args, supervisor));
        return { noReply: true, state };
      },
      *remove(state, { name, args }, from, self) {
        answer(self, from, yield* list.remove(state.handlers, self, name, args));
        return { noReply: true, state };
      },
      *swap(state, { name, last, by, args, supervisor }, from, self) {
        answer(self, from, yield* list.swap(state.handlers, self, name, last, by, args, supervisor));
        return { noReply: true, state };
      },
      *ask(state, { name, request }, from, self) {
        yield* list.ask(state.handlers, self, name, request, from);
        return { noReply: true, state };
      },
      which: (state) => ({
        reply: state.handlers.map(({ name }) => name),
        state,
      }),
      *syncNotify(state, { event }, _, self) {
        const waiting = list.handleAll(state.handlers, self, event, "handleEvent");
        if (waiting !== undefined) yield* waiting;
        return { reply: "ok", state };
      },
    },
    handleCast: {
      notify(state, { event }, self) {
        const waiting = list.handleAll(state.handlers, self, event, "handleEvent");
        return waiting === undefined ? { state } : afterwards(waiting, { state });
      },
    },
    handleInfo(state, message, self) {
      const down = message as { type?: unknown; ref?: unknown; reason: ExitReason } | null | undefined;
      const lost = down?.type === "down" ? state.handlers.filter(({ ref }) => ref === down.ref) : [];
      const waiting =
        lost.length > 0
          ? list.lose(state.handlers, self, lost, { supervisorEnded: down!.reason })
          : list.handleAll(state.handlers, self, message, "handleInfo");
      return waiting === undefined ? { state } : afterwards(waiting, { state });
    },
    *terminate(reason, state, self) {
      yield* list.lose(state.handlers, self, [...state.handlers].reverse(), { stopped: reason });
    },
    codeChange: (_, state) => ({ handlers: list.changed((state as ManagerState).handlers) }),
  };
}

function answer<M>(self: Self<M>, from: From<never>, done: unknown): void {
  if (done instanceof Refusal) refuse(self, from, done.why, done.code);
  else reply(self, from as From<unknown>, done);
}

function* afterwards<R>(work: ProcessGenerator, result: R): ProcessGenerator<R> {
  yield* work;
  return result;
}
