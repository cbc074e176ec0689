/**
 * Who may command an output, and until when: command leases, ownership by a controller, overrides.
 *
 * Every command has an owner and an end. A controller renews its own; a person's ends by `for`, by the
 * device's `commandFor`, or, on an output that a controller owns, as an override. Off is always accepted: on
 * an owned output it is an override too, or the controller would switch on again at once. Pure; `level` is
 * what the output should be at now. Monotonic us.
 */
import type { Command } from "../command-spec.ts";

/** How commands to an output end. */
export interface OutputCommandPlan {
  readonly safe: "on" | "off";
  /** How long a command without `for` holds; absent: until it is replaced. */
  readonly commandForMs?: number;
  /** The controller that owns the output, and how long a person may take it away. */
  readonly ownedBy?: string;
  readonly maxOverrideMs?: number;
}

/** How long a held output waits for its controller after a restart. */
const ADOPTED_FOR_MS = 10_000;

interface Held {
  readonly level: number;
  readonly untilUs: number;
}

export interface CommandsSnapshot {
  readonly manual: Held | undefined;
  readonly controller: Held | undefined;
}

export type Verdict = { readonly accepted: true } | { readonly accepted: false; readonly reason: string };

const ACCEPTED: Verdict = { accepted: true };

export class OutputCommand {
  readonly #plan: OutputCommandPlan;
  readonly #safeLevel: number;
  #manual: Held | undefined;
  #controller: Held | undefined;

  constructor(plan: OutputCommandPlan) {
    this.#plan = plan;
    this.#safeLevel = plan.safe === "on" ? 1 : 0;
  }

  /** The commands that hold, for the next version of the driver. */
  snapshot(): CommandsSnapshot {
    return { manual: this.#manual, controller: this.#controller };
  }

  goOn({ manual, controller }: CommandsSnapshot): void {
    this.#manual = manual;
    this.#controller = controller;
  }

  /** What the output should be at now: an override or manual command, else the controller's, else safe. */
  level(nowUs: number): number {
    return this.#live(nowUs)?.level ?? this.#safeLevel;
  }

  /** When `expire` has something to do, us, in the past until it did it; `Infinity` without a command. */
  endsAtUs(): number {
    return (this.#manual ?? this.#controller)?.untilUs ?? Number.POSITIVE_INFINITY;
  }

  /** When a person's command ends by itself, us; `Infinity` without one or for one that needs no end. */
  manualEndsAtUs(nowUs: number): number {
    return this.#manual !== undefined && this.#manual.untilUs > nowUs
      ? this.#manual.untilUs
      : Number.POSITIVE_INFINITY;
  }

  /** Time a person's override of a controller still lasts, us; `undefined` without one. */
  overrideLeftUs(nowUs: number): number | undefined {
    const { ownedBy } = this.#plan;
    if (ownedBy === undefined || this.#manual === undefined || this.#manual.untilUs <= nowUs)
      return undefined;
    return this.#manual.untilUs - nowUs;
  }

  /** A command of a person or program over MQTT. `level` is absent in `{"override":false}` alone. */
  fromPerson(command: Command, level: number | undefined, nowUs: number): Verdict {
    const { ownedBy, maxOverrideMs = 0, commandForMs } = this.#plan;
    if (command.override === false) {
      this.#manual = undefined;
      if (level === undefined) return ACCEPTED;
    }
    if (level === undefined) return refused("it says no level");
    if (ownedBy === undefined) {
      if (command.override === true)
        return refused("no controller owns this output, so there is nothing to override");
      const forMs = command.forMs ?? commandForMs ?? Number.POSITIVE_INFINITY;
      const endless = level === this.#safeLevel && command.forMs === undefined;
      this.#manual = { level, untilUs: endless ? Number.POSITIVE_INFINITY : nowUs + forMs * 1000 };
      return ACCEPTED;
    }
    if (command.override !== true && level !== 0) {
      return refused(`ownedBy ${ownedBy}: send "override": true and "for" to take it from its controller`);
    }
    // Off without an override is never refused, only cut short: the state says what remains.
    const longestMs = command.override === true ? Number.POSITIVE_INFINITY : maxOverrideMs;
    const forMs = Math.min(command.forMs ?? maxOverrideMs, longestMs);
    if (forMs > maxOverrideMs) return refused(`an override lasts at most ${maxOverrideMs / 60_000} minutes`);
    this.#manual = { level, untilUs: nowUs + forMs * 1000 };
    return ACCEPTED;
  }

  /** A command of a controller on this board; it lasts `forMs` unless renewed. */
  fromController(controller: string, level: number, forMs: number, nowUs: number): Verdict {
    if (controller !== this.#plan.ownedBy) return refused(`${controller} does not own this output`);
    this.#controller = { level, untilUs: nowUs + forMs * 1000 };
    return ACCEPTED;
  }

  /**
   * A level that was found at the start and that nobody here commanded (it was held over a restart). It gets
   * an end as if it had been commanded now: the controller's next command, or the device's `commandFor`.
   */
  adopt(level: number, nowUs: number): void {
    const { ownedBy, commandForMs } = this.#plan;
    if (ownedBy !== undefined) {
      this.#controller = { level, untilUs: nowUs + ADOPTED_FOR_MS * 1000 };
    } else {
      const untilUs = commandForMs === undefined ? Number.POSITIVE_INFINITY : nowUs + commandForMs * 1000;
      this.#manual = { level, untilUs };
    }
  }

  /** Drops what has ended; returns true when a command other than safe ended by time. */
  expire(nowUs: number): boolean {
    const before = this.#live(Number.NEGATIVE_INFINITY);
    if (before === undefined || before.untilUs > nowUs) return false;
    if (before === this.#manual) this.#manual = undefined;
    if (this.#controller !== undefined && this.#controller.untilUs <= nowUs) this.#controller = undefined;
    return before.level !== this.#safeLevel;
  }

  /** Forgets everything: a fault or a lower mode took the output to safe. */
  clear(): void {
    this.#manual = undefined;
    this.#controller = undefined;
  }

  #live(nowUs: number): Held | undefined {
    if (this.#manual !== undefined && this.#manual.untilUs > nowUs) return this.#manual;
    if (this.#controller !== undefined && this.#controller.untilUs > nowUs) return this.#controller;
    return undefined;
  }
}

function refused(reason: string): Verdict {
  return { accepted: false, reason };
}
