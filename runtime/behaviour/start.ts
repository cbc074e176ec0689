/**
 * Starting a behaviour and waiting until it is ready: `init` runs in the new process, whoever starts it hears
 * how that ended.
 *
 * The new process is watched first and told the watch's ref then, so that its word comes as the answer to that
 * watch: a word that comes too late goes nowhere.
 */
import type { Body, SpawnOptions } from "../process/cell-contract.ts";
import { crashReason, type ExitReason } from "../process/exit-reason.ts";
import { Pid, samePid } from "../process/pid.ts";
import type { ProcessGenerator } from "../process/process.ts";
import type { Self } from "../process/self.ts";
import { acknowledgeStart, declineStart } from "../supervision/acknowledge-start.ts";
import { badResult, isWaiting, type Waited } from "./handler-result.ts";
import { StartError } from "./start-error.ts";
import type { Snapshot } from "./system-message.ts";

/**
 * How a behaviour's process comes to the world. Plain data: the second argument of its body. A bare pid is that
 * of a supervisor which waits for the child's word (`startMs` of its spec).
 */
export interface Birth {
  /** Whose exit signal ends it in an orderly way, when it traps exits. */
  readonly parent?: Pid;
  /** Bound before `init`. */
  readonly name?: string;
  /** The parent waits by `awaitStart`. */
  readonly awaited?: true;
  /** The parent is a supervisor that waits for `childStarted`. */
  readonly supervised?: true;
  /** Goes on from there instead of `init`. */
  readonly snapshot?: Snapshot;
}

/** The body of a behaviour's process. */
export type BehaviourBody<A, M = never> = Body<[args: A, birth?: Birth | Pid], M>;

/**
 * A supervisor's pid says the same as a birth in full. `inherited`: from the version before, for which nobody waits.
 */
export function birthOf(birth: Birth | Pid | undefined, inherited?: unknown): Birth {
  if (inherited !== undefined) {
    const { awaited: _, supervised: __, ...rest } = birthOf(birth);
    return { ...rest, snapshot: inherited as Snapshot };
  }
  if (birth instanceof Pid) return { parent: birth, supervised: true };
  return birth ?? {};
}

export interface StartOptions extends SpawnOptions {
  /** Longest time `init` may take, ms. Default 5000. */
  readonly within?: number;
  /** Links the two, as a supervisor or a parent wants. A start that fails does not end the parent. */
  readonly link?: boolean;
  /** Bound to the process before `init`. */
  readonly name?: string;
}

/** Longest time `init` may take unless the parent says otherwise, ms. */
const DEFAULT_START_MS = 5000;

/** Starts a process of this cell and waits until it is ready. Throws `StartError`, `UncopyableError`. */
export function* start<M, A, B>(
  self: Self<M>,
  body: BehaviourBody<A, B>,
  args: A,
  options: StartOptions = {},
): ProcessGenerator<Pid> {
  const { within, link, name, ...spawnOptions } = options;
  const birth: Birth = { parent: self.pid, awaited: true, ...(name === undefined ? {} : { name }) };
  const pid = self.spawn(body, [args, birth], spawnOptions);
  if (link === true) self.link(pid);
  yield* awaitStart(self, pid, options.label ?? body.name, within);
  return pid;
}

/**
 * Waits until a behaviour that was started with `awaited` is ready: of this cell or the first process of
 * another. Kills it after `within` ms. Throws `StartError`.
 */
export function* awaitStart<M>(
  self: Self<M>,
  pid: Pid,
  what: string,
  within = DEFAULT_START_MS,
): ProcessGenerator {
  const ref = self.monitor(pid);
  self.send(pid, { type: "start", ref });
  const word = (yield* self.receive(ref, { within })) as Word | undefined;
  if (word === undefined) {
    self.demonitor(ref);
    self.unlink(pid);
    self.kill(pid);
    throw new StartError("timeout", what);
  }
  if (word.type === "down") throw new StartError("failed", what, { reason: word.reason });
  if (word.code !== undefined) throw new StartError(word.code, what, word);
}

type Word =
  | { readonly type: "down"; readonly reason: ExitReason }
  | {
      readonly type: "started";
      /** None: it is ready. */
      readonly code?: "failed" | "ignored" | "alreadyStarted";
      readonly reason?: ExitReason;
      readonly holder?: Pid;
    };

/**
 * The other end: binds the name, runs `init`, has what it gave accepted, and says how it went. False when the
 * process is to end now; its exit reason is set then. What is thrown passes, after the parent was told.
 */
export function* begin<M>(
  self: Self<M>,
  birth: Birth,
  init: () => Waited<unknown>,
  accept: (first: object) => void,
): ProcessGenerator<boolean> {
  const { parent, name, awaited, supervised } = birth;
  let ref = 0;
  if (awaited === true) {
    ref = (
      (yield* (self as unknown as Self<{ type: "start"; ref: number }>).receive("start")) as { ref: number }
    ).ref;
  }
  const say = (word: object) => {
    if (ref !== 0 && parent !== undefined)
      self.send(parent, { type: "started", ref, ...word }, { alias: ref });
  };
  const fail = (word: object) => {
    if (parent !== undefined) self.unlink(parent);
    say(word);
  };
  if (name !== undefined) {
    const holder = self.whereis(name);
    if (holder !== undefined && !samePid(holder, self.pid)) {
      fail({ code: "alreadyStarted", holder });
      return false;
    }
    self.register(name);
  }
  let result: object;
  try {
    const given: unknown = init();
    result = checked(isWaiting(given) ? yield* given : given);
    if ("state" in result) accept(result);
  } catch (error) {
    fail({ code: "failed", reason: crashReason(error) });
    throw error;
  }
  if ("state" in result) {
    say({});
    if (supervised === true && parent !== undefined) acknowledgeStart(self, parent);
    return true;
  }
  const { stop } = result as { stop?: ExitReason };
  if (supervised === true && parent !== undefined && stop === undefined) declineStart(self, parent);
  fail(stop === undefined ? { code: "ignored" } : { code: "failed", reason: stop });
  if (stop !== undefined) exitWith(self, stop);
  return false;
}

function checked(given: unknown): object {
  if (typeof given === "object" && given !== null) {
    if ("state" in given || "stop" in given || "ignore" in given) return given;
  }
  throw badResult("init", given, "{ state }, { stop } or { ignore }");
}

/** Ends this process with `reason` once it returns, whether or not it traps exits. */
export function exitWith<M>(self: Self<M>, reason: ExitReason): void {
  self.trapExit(false);
  self.exit(self.pid, reason);
}

/** Gives a body the name that people see as the label of its processes. */
export function named<B extends (...args: never) => unknown>(name: string, body: B): B {
  return Object.defineProperty(body, "name", { value: name });
}
