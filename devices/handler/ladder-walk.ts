/**
 * A living process on its ladder: every step is told to its keeper, to people as an event and in the state, and to
 * the process itself, which changes its job and outputs.
 */
import type { Pid } from "../../runtime/process/pid.ts";
import type { Self } from "../../runtime/process/self.ts";
import { type Cause, describeCause } from "./cause.ts";
import type { Ladder, Step } from "./ladder.ts";
import type { LadderState } from "./ladder-state.ts";
import { type BoardEvent, type StatePatch, TELEMETRY, type ToldMessage } from "./messages.ts";
import type { Mode } from "./mode.ts";

export class LadderWalk {
  readonly #self: Pick<Self, "send" | "note" | "nowUs">;
  readonly #id: string;
  readonly #keeper: Pid;
  readonly #ladder: Ladder;
  readonly #stepped: (step: Step) => void;

  /** `stepped`: what the process itself does about a step, before anybody hears of it. */
  constructor(
    self: Pick<Self, "send" | "note" | "nowUs">,
    id: string,
    keeper: Pid,
    ladder: Ladder,
    stepped: (step: Step) => void,
  ) {
    this.#self = self;
    this.#id = id;
    this.#keeper = keeper;
    this.#ladder = ladder;
    this.#stepped = stepped;
  }

  get mode(): Mode {
    return this.#ladder.mode;
  }

  get state(): LadderState {
    return this.#ladder.state;
  }

  /** When `expire` is due, us. */
  get nextUs(): number {
    return this.#ladder.nextUs;
  }

  /** Out of service: the process has to end. A method, so that it is asked anew each time. */
  isOff(): boolean {
    return this.mode === "off";
  }

  /** Where another version of the code, or this one before a trial, came to. */
  goOn(state: LadderState): void {
    this.#ladder.goOn(state);
    this.#self.note({ mode: this.mode });
  }

  good(): void {
    const { backoff, early } = this.#ladder.state;
    const before = this.#climbs;
    const step = this.#ladder.good(this.#self.nowUs());
    const { state } = this.#ladder;
    if (step !== undefined || state.backoff !== backoff || state.early !== early) this.#went(step);
    else if (!before && this.#climbs) this.#tell();
  }

  fault(cause: Cause): void {
    const before = this.#climbs;
    const step = this.#ladder.fault(this.#self.nowUs(), cause);
    if (step !== undefined) this.#went(step);
    else if (before) this.#tell();
  }

  /** One rung down at once: what was seen is proof enough. */
  descend(cause: Cause): void {
    const step = this.#ladder.descend(this.#self.nowUs(), cause);
    if (step !== undefined) this.#went(step);
  }

  /** What its keeper tells it. An order that the ladder does not allow is answered as refused. */
  take({ told }: ToldMessage): void {
    const { step, refused } = this.#ladder.take(told, this.#self.nowUs());
    if (refused !== undefined && told.type === "operate") {
      const { command } = told;
      this.#self.send(TELEMETRY, { type: "refused", device: this.#id, command, reason: refused });
    }
    this.#went(step);
  }

  /** What ends by time; call with every message. */
  expire(): void {
    if (this.#ladder.nextUs > this.#self.nowUs()) return;
    this.#went(this.#ladder.expire(this.#self.nowUs()));
  }

  /** Mode, its reason, and the times that run down, for the state. */
  patch(): StatePatch {
    return ladderPatch(this.#ladder, this.#self.nowUs());
  }

  /** Now and then: what of `patch` runs down, while anything does. */
  times(): StatePatch {
    if (this.#ladder.state.bound === undefined && !this.#climbs) return {};
    const { modeOverride = null, climbsInMs = null } = this.patch();
    return { modeOverride, climbsInMs };
  }

  /** It is on its way up. */
  get #climbs(): boolean {
    return this.#ladder.climbsInMs(this.#self.nowUs()) !== undefined;
  }

  /** Its keeper and people hear of it even where the process could not do all that belongs to it. */
  #went(step: Step | undefined): void {
    try {
      if (step !== undefined) this.#stepped(step);
    } finally {
      this.#self.note({ mode: this.mode });
      this.#self.send(this.#keeper, { type: "ladder", state: this.#ladder.state });
      this.#tell();
      if (step !== undefined) this.#self.send(TELEMETRY, { type: "event", event: stepEvent(this.#id, step) });
    }
  }

  #tell(): void {
    this.#self.send(TELEMETRY, { type: "state", device: this.#id, patch: this.patch() });
  }
}

/** What the state says of a ladder. */
export function ladderPatch(ladder: Ladder, nowUs: number): StatePatch {
  const { mode, reason, bound } = ladder.state;
  const climbsInMs = ladder.climbsInMs(nowUs);
  return {
    mode,
    cause: reason === undefined ? null : describeCause(reason),
    why: reason ?? null,
    modeOverride:
      bound === undefined
        ? null
        : { mode: bound.mode, remainingMs: Math.max(0, Math.round((bound.untilUs - nowUs) / 1000)) },
    climbsInMs: climbsInMs === undefined ? null : Math.round(climbsInMs),
  };
}

/** The event of a step: `mode` is where it went, in words (`cause`) and as data (`why`) for what reason. */
export function stepEvent(device: string, { from, to, cause }: Step): BoardEvent {
  return { kind: "mode", device, mode: to, from, to, cause: describeCause(cause), why: cause };
}
