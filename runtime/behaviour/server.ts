/**
 * A server: a process that holds a state, answers calls, takes casts. OTP's gen_server.
 *
 * One loop: take a message, have the module handle it, carry out what the handler gave back. A plain handler
 * costs one call; a generator function one level of `yield*`. Who asks for something the module does not know
 * has the fault and is told so; an error in a handler is the server's, and ends it.
 */
import type { Checkpoint } from "../process/cell-contract.ts";
import { crashReason, type ExitReason } from "../process/exit-reason.ts";
import type { Pid } from "../process/pid.ts";
import type { ProcessGenerator } from "../process/process.ts";
import type { Self } from "../process/self.ts";
import type { CallMap, ServerPid, Tagged } from "./address.ts";
import { expire, isPast, isRequest, type RequestMessage, refuse, reply, tagOf } from "./exchange.ts";
import { badResult, isWaiting, type Onward } from "./handler-result.ts";
import { isParentExit, isSystem, type Managed, newCounts, serveSystem } from "./managed.ts";
import type { ServerModule, Version } from "./server-module.ts";
import {
  type BehaviourBody,
  type Birth,
  begin,
  birthOf,
  exitWith,
  named,
  type StartOptions,
  start,
} from "./start.ts";
import { type Code, codeOf, type Snapshot, type SystemMessage } from "./system-message.ts";

/** The body of a server's process: spawn it with the argument of `init`, or export it for a cell. */
export function serverBody<S, C extends CallMap<C>, K extends Tagged, I, A, N>(
  code: Code<ServerModule<S, C, K, I, A, N>>,
): BehaviourBody<A, I> {
  const slot = code as unknown as Code<AnyModule>;
  return named(codeOf(slot).name, function* server(self: Self<I>, args: A, given?: Birth | Pid) {
    const birth = birthOf(given, self.inherited);
    const loop = new ServerLoop(self as unknown as Self<unknown>, slot, birth.parent);
    const from = birth.snapshot;
    const open = () => loop.open(args, from);
    if (from !== undefined) self.checkpoints(() => loop.checkpoint(from.version));
    if (!(yield* begin(self, birth, open, (first) => loop.accept(first)))) return;
    let result: unknown;
    try {
      while (loop.stopReason === undefined) {
        if (loop.next !== undefined) result = loop.goOn();
        else if (loop.idleUntilUs === NEVER) result = loop.handle(yield* self.receive());
        else result = loop.handle(yield* self.receive(undefined, { untilUs: loop.idleUntilUs }));
        if (isWaiting(result)) {
          loop.busy = true;
          result = yield* result;
          loop.busy = false;
        }
        loop.accept(result);
      }
    } catch (error) {
      yield* loop.close(crashReason(error));
      throw error;
    }
    yield* loop.close(loop.stopReason);
  });
}

/** Starts a server in this cell and waits for its `init`. Throws `StartError`, `UncopyableError`. */
export function startServer<M, S, C extends CallMap<C>, K extends Tagged, I, A, N>(
  self: Self<M>,
  module: Code<ServerModule<S, C, K, I, A, N>>,
  args: A,
  options?: StartOptions,
): ProcessGenerator<ServerPid<C, K>> {
  return start(self, serverBody(module), args, options) as ProcessGenerator<ServerPid<C, K>>;
}

const NEVER = Number.POSITIVE_INFINITY;

/** What a handler gave back, of whichever kind. */
interface AnyResult extends Partial<Onward<unknown, unknown>> {
  readonly reply?: unknown;
  readonly noReply?: true;
  readonly stop?: ExitReason;
}

type Handler = (state: unknown, message: unknown, ...rest: unknown[]) => unknown;

/** A module as the loop sees it. */
interface AnyModule {
  readonly name: string;
  readonly version: number | string;
  readonly handleCall: Readonly<Record<string, Handler>>;
  readonly handleCast: Readonly<Record<string, Handler>>;
  init(args: unknown, self: unknown): unknown;
  handleInfo?(state: unknown, message: unknown, self: unknown): unknown;
  handleIdle?(state: unknown, self: unknown): unknown;
  handleContinue?(state: unknown, value: unknown, self: unknown): unknown;
  terminate?(reason: ExitReason, state: unknown, self: unknown): unknown;
  codeChange?(oldVersion: number | string, state: unknown): unknown;
  codeChangeBack?(oldVersion: number | string, state: unknown): unknown;
}

/** The message needed no handler. */
const NOTHING_DONE = { nothing: true };

class ServerLoop implements Managed {
  readonly parent: Pid | undefined;
  readonly counts = newCounts();
  /** When `handleIdle` is due, us. */
  idleUntilUs = NEVER;
  /** What `handleContinue` gets next. */
  next: unknown;
  stopReason: ExitReason | undefined;
  /** A handler waits. */
  busy = false;
  readonly #self: Self<unknown>;
  readonly #slot: Code<AnyModule>;
  #module: AnyModule;
  #state: unknown;
  /** Whose request is being handled. */
  #caller: RequestMessage | undefined;

  constructor(self: Self<unknown>, slot: Code<AnyModule>, parent: Pid | undefined) {
    this.#self = self;
    this.#slot = slot;
    this.#module = codeOf(slot);
    this.parent = parent;
  }

  get name(): string {
    return this.#module.name;
  }

  /** The first result: that of `init`, or what a snapshot says. */
  open(args: unknown, snapshot: Snapshot | undefined): object | ProcessGenerator<object> {
    if (snapshot === undefined)
      return this.#module.init(args, this.#self) as object | ProcessGenerator<object>;
    return { ...snapshot, state: changed(this.#module, snapshot.version, snapshot.state) };
  }

  /** Has the module handle a message; `undefined` when the idle limit is reached. */
  handle(message: unknown): unknown {
    this.#caller = undefined;
    if (typeof message === "object" && message !== null) {
      switch ((message as Tagged).type) {
        case "call":
          if (isRequest(message)) return this.#call(message);
          break;
        case "cast":
          return this.#cast((message as { message?: unknown }).message);
        case "system":
          if (isSystem(message)) return this.#system(message);
          break;
        case "exit":
          if (isParentExit(message, this.parent)) return { stop: message.reason, state: this.#state };
          break;
      }
    } else if (message === undefined && this.idleUntilUs <= this.#self.nowUs()) {
      return this.#idle();
    }
    const module = this.#module;
    if (module.handleInfo !== undefined) return module.handleInfo(this.#state, message, this.#self);
    this.counts.stray++;
    return NOTHING_DONE;
  }

  /** The module goes on with what it said. */
  goOn(): unknown {
    const value = this.next;
    this.next = undefined;
    this.#caller = undefined;
    const module = this.#module;
    if (module.handleContinue === undefined) throw new TypeError(`${module.name} has no handleContinue`);
    return module.handleContinue(this.#state, value, this.#self);
  }

  /** Carries out what a handler gave back. Throws `TypeError` for what it may not give back. */
  accept(given: unknown): void {
    if (given === NOTHING_DONE) return;
    const result = given as AnyResult;
    const caller = this.#caller;
    if (typeof result !== "object" || result === null || !has(result, "state")) throw this.#bad(given);
    this.#state = result.state;
    if (result.stop !== undefined) {
      this.stopReason = result.stop;
      this.#lastReply = result;
      return;
    }
    if (caller !== undefined) {
      if (has(result, "reply")) reply(this.#self, caller, result.reply);
      else if (result.noReply !== true) throw this.#bad(given);
    }
    this.next = result.continue;
    const { idleMs } = result;
    this.idleUntilUs = idleMs === undefined ? NEVER : this.#self.nowUs() + idleMs * 1000;
  }

  /** The end: `terminate`, then the last reply, then the exit reason. */
  *close(reason: ExitReason): ProcessGenerator {
    try {
      const ending = this.#module.terminate?.(reason, this.#state, this.#self);
      if (isWaiting(ending)) yield* ending;
    } finally {
      const { reply: last } = this.#lastReply;
      if (this.#caller !== undefined && has(this.#lastReply, "reply")) reply(this.#self, this.#caller, last);
    }
    exitWith(this.#self, reason);
  }

  snapshot(): Snapshot {
    const { version } = this.#module;
    const state = this.#state;
    if (this.idleUntilUs === NEVER) return { version, state };
    return { version, state, idleMs: Math.max(0, this.idleUntilUs - this.#self.nowUs()) / 1000 };
  }

  /** What the version that it came from would go on with. */
  checkpoint(oldVersion: Version): Checkpoint | undefined {
    if (this.busy) return undefined;
    const module = this.#module;
    const state = this.#state;
    if (module.codeChangeBack !== undefined) return { state: module.codeChangeBack(oldVersion, state) };
    return module.codeChange === undefined || module.version === oldVersion ? { state } : {};
  }

  replace(state: unknown): void {
    this.#state = state;
  }

  changeCode(): void {
    const module = codeOf(this.#slot);
    this.#state = changed(module, this.#module.version, this.#state);
    this.#module = module;
  }

  #lastReply: AnyResult = {};

  #call(message: RequestMessage): unknown {
    const { request } = message;
    const handler = ownHandler(this.#module.handleCall, request);
    if (handler === undefined) {
      this.counts.unknown++;
      refuse(this.#self, message, `${this.#module.name} knows no such call`);
      return NOTHING_DONE;
    }
    if (isPast(this.#self, this.#self.deadlineUs)) {
      this.counts.expired++;
      expire(this.#self, message);
      return NOTHING_DONE;
    }
    this.#caller = message;
    return handler(this.#state, request, message, this.#self);
  }

  #cast(message: unknown): unknown {
    const handler = ownHandler(this.#module.handleCast, message);
    if (handler !== undefined) return handler(this.#state, message, this.#self);
    this.counts.unknown++;
    return NOTHING_DONE;
  }

  #idle(): unknown {
    const module = this.#module;
    this.idleUntilUs = NEVER;
    if (module.handleIdle === undefined)
      throw new TypeError(`${module.name} has an idle limit and no handleIdle`);
    return module.handleIdle(this.#state, this.#self);
  }

  *#system(message: SystemMessage): ProcessGenerator<unknown> {
    const reason = yield* serveSystem(this.#self, message, this);
    return reason === undefined ? NOTHING_DONE : { stop: reason, state: this.#state };
  }

  #bad(given: unknown): TypeError {
    const { name } = this.#module;
    const caller = this.#caller;
    const allowed = caller === undefined ? "" : "{ reply, state }, { noReply, state }, ";
    const where =
      caller === undefined ? `a handler of ${name}` : `${name}'s handler of "${tagOf(caller.request)}"`;
    return badResult(where, given, `${allowed}${caller === undefined ? "{ state }, " : ""}{ stop, state }`);
  }
}

/** The handler of that tag; nothing that every object has. */
function ownHandler(handlers: Readonly<Record<string, Handler>>, message: unknown): Handler | undefined {
  const tag = tagOf(message);
  return tag !== undefined && Object.hasOwn(handlers, tag) ? handlers[tag] : undefined;
}

/** Asks the prototype only for what is `undefined`. */
function has(result: AnyResult, key: "state" | "reply"): boolean {
  return result[key] !== undefined || key in result;
}

function changed(module: AnyModule, oldVersion: number | string, state: unknown): unknown {
  return module.codeChange === undefined ? state : module.codeChange(oldVersion, state);
}
