/**
 * The handlers of an event manager: adding, removing, swapping, and what follows when one crashes.
 */
import { type CrashReason, crashReason } from "../process/exit-reason.ts";
import type { Pid } from "../process/pid.ts";
import type { ProcessGenerator } from "../process/process.ts";
import type { Self } from "../process/self.ts";
import {
  type AnyResult,
  type Entry,
  entryOf,
  isPlain,
  print,
  Refusal,
  type SomeHandler,
  stateOf,
} from "./event-entry.ts";
import type { HandlerEnd, HandlerGone, HandlerName } from "./event-handler.ts";
import { type From, refuse, reply, tagOf } from "./exchange.ts";
import { isWaiting } from "./handler-result.ts";

type ManagerSelf = Self<unknown>;

export class EventHandlers {
  readonly #catalogue: Readonly<Record<string, SomeHandler>>;
  readonly #onCrash: (name: HandlerName, crash: CrashReason) => void;

  constructor(
    catalogue: Readonly<Record<string, SomeHandler>>,
    onCrash: (name: HandlerName, crash: CrashReason) => void,
  ) {
    this.#catalogue = catalogue;
    this.#onCrash = onCrash;
  }

  *add(
    entries: Entry[],
    self: ManagerSelf,
    name: HandlerName,
    args: unknown,
    supervisor: Pid | undefined,
    before?: unknown,
  ): ProcessGenerator<"ok" | Refusal> {
    const handler = this.#handlerOf(name);
    if (handler === undefined) return new Refusal("noSuchHandler", `the catalogue has no "${name?.handler}"`);
    if (entryOf(entries, name) !== undefined) return new Refusal("exists", `${print(name)} is there already`);
    let state: unknown;
    try {
      const given = yield* settled(handler.init(args, self, before));
      state = stateOf(given, name, "{ state }");
    } catch (error) {
      return new Refusal("crashed", String(error));
    }
    const entry: Entry = { name, version: handler.version, state };
    if (supervisor !== undefined) supervise(entry, supervisor, self);
    entries.push(entry);
    return "ok";
  }

  *remove(entries: Entry[], self: ManagerSelf, name: HandlerName, args: unknown): ProcessGenerator<unknown> {
    const entry = entryOf(entries, name);
    if (entry === undefined) return new Refusal("notFound", `there is no ${print(name)}`);
    return yield* this.#end(entries, self, entry, { removed: args }, "normal");
  }

  *swap(
    entries: Entry[],
    self: ManagerSelf,
    name: HandlerName,
    last: unknown,
    by: HandlerName,
    args: unknown,
    supervisor: Pid | undefined,
  ): ProcessGenerator<"ok" | Refusal> {
    const entry = entryOf(entries, name);
    if (entry === undefined) return new Refusal("notFound", `there is no ${print(name)}`);
    if (this.#handlerOf(by) === undefined)
      return new Refusal("noSuchHandler", `the catalogue has no "${by?.handler}"`);
    return yield* this.#replace(entries, self, entry, last, by, args, supervisor);
  }

  /** Has one handler answer a call; whatever comes of it is told to the caller. */
  *ask(
    entries: Entry[],
    self: ManagerSelf,
    name: HandlerName,
    request: unknown,
    from: From<unknown>,
  ): ProcessGenerator {
    const entry = entryOf(entries, name);
    if (entry === undefined) return refuse(self, from, `there is no ${print(name)}`, "notFound");
    const { handleCall } = this.#handlerOf(name)!;
    const tag = tagOf(request) ?? "";
    if (!Object.hasOwn(handleCall, tag)) return refuse(self, from, `${print(name)} knows no such call`);
    try {
      const result = (yield* settled(handleCall[tag]!(entry.state, request, from, self))) as AnyResult;
      stateOf(result, name, "{ reply, state }, { noReply, state }, with done or swap");
      if (result.noReply !== true) reply(self, from, result.reply);
      yield* this.#carryOut(entries, self, entry, result);
    } catch (error) {
      refuse(self, from, String(error), "crashed");
      yield* this.#crashed(entries, self, entry, error);
    }
  }

  /** Has all of them handle it. A generator when one of them waits, ends or crashes; else it is done. */
  handleAll(
    entries: Entry[],
    self: ManagerSelf,
    message: unknown,
    how: "handleEvent" | "handleInfo",
  ): ProcessGenerator | undefined {
    for (let at = 0; at < entries.length; at++) {
      const entry = entries[at]!;
      const handler = this.#catalogue[entry.name.handler]!;
      let result: unknown;
      try {
        result = handler[how] === undefined ? entry : handler[how](entry.state, message, self);
      } catch (error) {
        return this.#handleRest(entries, self, message, how, at, failed(error));
      }
      if (!isPlain(result)) return this.#handleRest(entries, self, message, how, at, result);
      entry.state = result.state;
    }
    return undefined;
  }

  /** Ends these, and tells who supervises them. */
  *lose(entries: Entry[], self: ManagerSelf, lost: readonly Entry[], why: HandlerEnd): ProcessGenerator {
    const stopped = "stopped" in why ? why.stopped : "normal";
    const reason = stopped === "normal" ? "shutdown" : stopped;
    for (const entry of lost) yield* this.#end(entries, self, entry, why, reason);
  }

  /** The states of these for the present code. Throws what `codeChange` throws. */
  changed(entries: readonly Entry[]): Entry[] {
    return entries.map((entry) => {
      const handler = this.#handlerOf(entry.name);
      if (handler === undefined) throw new Error(`the new catalogue has no "${entry.name.handler}"`);
      const { version, codeChange } = handler;
      const state = codeChange === undefined ? entry.state : codeChange(entry.version, entry.state);
      return { ...entry, version, state };
    });
  }

  /** Goes on with the one at `at`, then with those after it that are still there. */
  *#handleRest(
    entries: Entry[],
    self: ManagerSelf,
    message: unknown,
    how: "handleEvent" | "handleInfo",
    at: number,
    first: unknown,
  ): ProcessGenerator {
    const rest = entries.slice(at);
    let given = first;
    for (const entry of rest) {
      if (!entries.includes(entry)) continue;
      try {
        const handler = this.#catalogue[entry.name.handler]!;
        if (entry !== rest[0])
          given = handler[how] === undefined ? entry : handler[how](entry.state, message, self);
        const result = yield* settled(given);
        stateOf(result, entry.name, "{ state }, { done, state }, { swap, args, state }");
        yield* this.#carryOut(entries, self, entry, result as AnyResult);
      } catch (error) {
        yield* this.#crashed(entries, self, entry, error);
      }
    }
  }

  *#carryOut(entries: Entry[], self: ManagerSelf, entry: Entry, result: AnyResult): ProcessGenerator {
    entry.state = result.state;
    if (result.done === true) yield* this.#end(entries, self, entry, { done: true }, "normal");
    else if (result.swap !== undefined) {
      yield* this.#replace(entries, self, entry, result.last, result.swap, result.args, undefined);
    }
  }

  *#replace(
    entries: Entry[],
    self: ManagerSelf,
    entry: Entry,
    last: unknown,
    by: HandlerName,
    args: unknown,
    supervisor: Pid | undefined,
  ): ProcessGenerator<"ok" | Refusal> {
    const former = entry.supervisor;
    // Without a new supervisor the former one has the new handler, and is told when that is no more.
    const keeps = supervisor === undefined && former !== undefined;
    const reason = keeps ? undefined : { swapped: by };
    const before = yield* this.#end(entries, self, entry, { swapped: last }, reason);
    const added = yield* this.add(entries, self, by, args, supervisor ?? former, before);
    if (added !== "ok" && keeps) tell(self, former, by, { error: added.why, stack: "" });
    return added;
  }

  *#crashed(entries: Entry[], self: ManagerSelf, entry: Entry, error: unknown): ProcessGenerator {
    if (!entries.includes(entry)) return;
    const { error: what, stack } = crashReason(error);
    const crash = { error: what, stack };
    this.#onCrash(entry.name, crash);
    yield* this.#end(entries, self, entry, { crashed: crash }, crash);
  }

  /** Takes it out, runs its `terminate`, tells its supervisor. Gives what `terminate` gave. */
  *#end(
    entries: Entry[],
    self: ManagerSelf,
    entry: Entry,
    why: HandlerEnd,
    reason: HandlerGone["reason"] | undefined,
  ): ProcessGenerator<unknown> {
    entries.splice(entries.indexOf(entry), 1);
    if (entry.ref !== undefined) self.demonitor(entry.ref);
    let value: unknown;
    try {
      value = yield* settled(this.#handlerOf(entry.name)?.terminate?.(why, entry.state, self));
    } catch (error) {
      const { error: what, stack } = crashReason(error);
      this.#onCrash(entry.name, { error: what, stack });
    }
    if (entry.supervisor !== undefined && reason !== undefined)
      tell(self, entry.supervisor, entry.name, reason);
    return value;
  }

  #handlerOf(name: HandlerName | undefined): SomeHandler | undefined {
    const key = name?.handler;
    return typeof key === "string" && Object.hasOwn(this.#catalogue, key) ? this.#catalogue[key] : undefined;
  }
}

function supervise(entry: Entry, supervisor: Pid, self: ManagerSelf): void {
  entry.supervisor = supervisor;
  entry.ref = self.monitor(supervisor);
}

function tell(self: ManagerSelf, to: Pid, name: HandlerName, reason: HandlerGone["reason"]): void {
  const gone: HandlerGone = { type: "handlerGone", manager: self.pid, name, reason };
  self.send(to, gone);
}

function* settled(given: unknown): ProcessGenerator<unknown> {
  return isWaiting(given) ? yield* given : given;
}

/** A generator that throws: a crash that happened before anything could wait. */
function* failed(error: unknown): ProcessGenerator<never> {
  throw error;
}
