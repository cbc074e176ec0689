/**
 * The other end of the system messages: the same for all behaviours.
 */
import { crashReason, type ExitReason } from "../process/exit-reason.ts";
import { type Pid, samePid } from "../process/pid.ts";
import type { ProcessGenerator } from "../process/process.ts";
import type { Self } from "../process/self.ts";
import type { ExitMessage } from "../process/signal.ts";
import { isRequest, refuse, reply, tagOf } from "./exchange.ts";
import type { BehaviourCounts, Snapshot, SystemMessage, SystemRequest } from "./system-message.ts";

/** What a behaviour lets be done to it. */
export interface Managed {
  readonly name: string;
  /** Whose exit signal ends it. */
  readonly parent: Pid | undefined;
  readonly counts: BehaviourCounts;
  snapshot(): Snapshot;
  replace(state: unknown): void;
  /** Takes the present code of its slot; throws what `codeChange` throws, and is as before then. */
  changeCode(): void;
}

export function newCounts(): BehaviourCounts {
  return { expired: 0, unknown: 0, stray: 0, dropped: 0 };
}

/**
 * Carries out one system request and, when that suspends, all that come until the next `resume`.
 * Gives the reason when the behaviour is to end.
 */
export function* serveSystem<M>(
  self: Self<M>,
  first: SystemMessage,
  managed: Managed,
): ProcessGenerator<ExitReason | undefined> {
  let message: SystemMessage | ExitMessage = first;
  let suspended = false;
  const isForMe = (message: unknown) => isSystem(message) || isParentExit(message, managed.parent);
  for (;;) {
    if (message.type === "exit") return message.reason;
    const { request } = message;
    if (request.type === "terminate") return request.reason;
    if (request.type === "suspend") suspended = true;
    else if (request.type === "resume") suspended = false;
    answer(self, message, managed, suspended);
    if (!suspended) return undefined;
    message = (yield* (self as unknown as Self<SystemMessage>).receive(isForMe)) as
      | SystemMessage
      | ExitMessage;
  }
}

function answer<M>(self: Self<M>, message: SystemMessage, managed: Managed, suspended: boolean): void {
  try {
    reply(self, message, carriedOut(message.request, managed, suspended));
  } catch (error) {
    // What cannot be done, and a state that cannot be copied: whoever asked is told, the behaviour goes on.
    refuse(self, message, String(error));
  }
}

function carriedOut(request: SystemRequest, managed: Managed, suspended: boolean): unknown {
  switch (request.type) {
    case "getState":
      return managed.snapshot();
    case "replaceState":
      managed.replace(request.state);
      return undefined;
    case "changeCode":
      if (!suspended) throw new Error("code is changed while it is suspended");
      return triedToChange(managed);
    case "status": {
      const { name, counts } = managed;
      return { name, version: managed.snapshot().version, suspended, counts };
    }
    default:
      return undefined;
  }
}

function triedToChange(managed: Managed): ExitReason | undefined {
  try {
    managed.changeCode();
    return undefined;
  } catch (error) {
    const { error: what, stack } = crashReason(error);
    return { error: what, stack };
  }
}

const SYSTEM_REQUESTS: ReadonlySet<string> = new Set<SystemRequest["type"]>([
  "suspend",
  "resume",
  "getState",
  "replaceState",
  "changeCode",
  "status",
  "terminate",
]);

/** Is it a system message that can be answered? */
export function isSystem(message: unknown): message is SystemMessage {
  if (typeof message !== "object" || message === null) return false;
  if ((message as SystemMessage).type !== "system" || !isRequest(message)) return false;
  return SYSTEM_REQUESTS.has(tagOf(message.request) ?? "");
}

/**
 * Does the parent end, or ask this process to end? Where the parent is not known, `shutdown` from whomever: so
 * a supervisor that only watches its children is heard.
 */
export function isParentExit(message: unknown, parent: Pid | undefined): message is ExitMessage {
  if (typeof message !== "object" || message === null || (message as ExitMessage).type !== "exit")
    return false;
  const { from, reason } = message as ExitMessage;
  return parent === undefined ? reason === "shutdown" : from !== undefined && samePid(parent, from);
}
