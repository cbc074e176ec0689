/**
 * The limits of a state machine by what they are for: its state, its next event, or a name.
 */
import { badResult } from "./handler-result.ts";
import type { LoopEvent } from "./machine-handlers.ts";
import type { LimitAction } from "./state-machine-module.ts";
import { type ReachedLimit, TimeLimits } from "./time-limits.ts";

/** Messages handled after a limit was reached, at most, before the limit is. */
const MESSAGES_BEFORE_LIMIT = 64;
const STATE = "state";
const EVENT = "event";
const NAMED = "named ";

export class MachineLimits extends TimeLimits {
  /** Messages handled since a limit was reached. */
  #sinceReached = 0;

  /** The state has changed. */
  leaveState(): void {
    this.cancel(STATE);
  }

  /** An event has come. */
  leaveEvent(): void {
    this.cancel(EVENT);
  }

  /** Carries out what a handler said about the limit for `what`. Throws `TypeError`, `RangeError`. */
  act(
    what: "stateLimit" | "eventLimit" | { readonly name: string },
    action: LimitAction,
    nowUs: number,
  ): void {
    const key = what === "stateLimit" ? STATE : what === "eventLimit" ? EVENT : NAMED + what.name;
    if (action === "cancel") this.cancel(key);
    else if (typeof action !== "object" || action === null) throw badLimit(action);
    else if ("update" in action) this.update(key, action.update);
    else if ("ms" in action) this.start(key, action.ms, action.content, nowUs);
    else if ("untilUs" in action) this.startUntil(key, action.untilUs, action.content);
    else throw badLimit(action);
  }

  /** The next one that comes before any message: a limit of no time, or one that messages kept waiting too long. */
  takeNext(nowUs: () => number): LoopEvent | undefined {
    if (this.size === 0) return undefined;
    const atOnce = this.takeAtOnce();
    if (atOnce !== undefined) return eventOf(atOnce);
    if (this.nextUs() > nowUs()) this.#sinceReached = 0;
    else if (++this.#sinceReached > MESSAGES_BEFORE_LIMIT) return this.takeDue(nowUs());
    return undefined;
  }

  /** The one that was reached first. */
  takeDue(nowUs: number): LoopEvent | undefined {
    const reached = this.takeReached(nowUs);
    return reached === undefined ? undefined : eventOf(reached);
  }
}

function eventOf({ key, content }: ReachedLimit): LoopEvent {
  if (key === STATE) return { type: "stateLimit", content };
  if (key === EVENT) return { type: "eventLimit", content };
  return { type: "limit", name: key.slice(NAMED.length), content };
}

function badLimit(action: unknown): TypeError {
  return badResult("a step's limit", action, '{ ms }, { untilUs }, { update } or "cancel"');
}
