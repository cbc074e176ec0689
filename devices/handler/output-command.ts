/**
 * Who may command an output, and until when: command leases, ownership by a controller, overrides.
 *
 * Every command has an owner and an end. A controller renews its own; a person's ends by `for`, by the
 * device's `commandFor`, or, on an output that a controller owns, as an override. Off is always accepted: on
 * an owned output it is an override too, or the controller would switch on again at once. An output that is lent to
 * other boards belongs to whoever commands it from there for as long as it renews its lease, and to nobody afterwards;
 * a person's off holds there as an override does whether anybody has it at the moment or not.
 * Pure; `level` is what the output should be at now. Monotonic us.
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
  /** Processes of other boards may command it: who does first is its owner for as long as that lasts. */
  readonly lent?: true;
}

/** How long a held output waits for its controller after a restart. */
const ADOPTED_FOR_MS = 10_000;
/** In the place of a commander that is not known. */
const NOBODY = "";

interface Held {
  readonly level: number;
  readonly untilUs: number;
}

interface HeldBy extends Held {
  /** Id of a controller, `irrigation@greenhouse`, or `NOBODY`. */
  readonly by: string;
  /** How long a command of that one lasts, us. */
  readonly forUs: number;
}

/** The command of a process of another board, us. */
export interface CommandLease {
  readonly by: string;
  readonly forUs: number;
  readonly leftUs: number;
}

export interface CommandsSnapshot {
  readonly manual: Held | undefined;
  readonly controller: HeldBy | undefined;
}

/** `owner`: another one has it. */
export type Verdict =
  | { readonly accepted: true }
  | { readonly accepted: false; readonly reason: string; readonly owner?: string };

const ACCEPTED: Verdict = { accepted: true };

export class OutputCommand {
  readonly #plan: OutputCommandPlan;
  readonly #safeLevel: number;
  #manual: Held | undefined;
  #controller: HeldBy | undefined;

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

  /** The one that the output belongs to: its controller, or who commands it from another board. */
  owner(nowUs: number): string | undefined {
    return this.#plan.ownedBy ?? this.lease(nowUs)?.by;
  }

  /** The command of a process of another board that holds, and for how long yet, us. */
  lease(nowUs: number): CommandLease | undefined {
    const held = this.#controller;
    if (held === undefined || held.untilUs <= nowUs || !isAbroad(held.by)) return undefined;
    return { by: held.by, forUs: held.forUs, leftUs: held.untilUs - nowUs };
  }

  /** Whose command `level` follows, or followed until it ended: no person's. */
  get commander(): string | undefined {
    const by = this.#manual === undefined ? this.#controller?.by : undefined;
    return by === NOBODY ? undefined : by;
  }

  /** Time a person's override of its owner still lasts, us; `undefined` without one. */
  overrideLeftUs(nowUs: number): number | undefined {
    if (this.owner(nowUs) === undefined || this.#manual === undefined || this.#manual.untilUs <= nowUs)
      return undefined;
    return this.#manual.untilUs - nowUs;
  }

  /** A command of a person or program over MQTT. `level` is absent in `{"override":false}` alone. */
  fromPerson(command: Command, level: number | undefined, nowUs: number): Verdict {
    const { maxOverrideMs = 0, commandForMs } = this.#plan;
    const owner = this.owner(nowUs);
    if (command.override === false) {
      this.#manual = undefined;
      if (level === undefined) return ACCEPTED;
    }
    if (level === undefined) return refused("it says no level");
    const { lent, safe } = this.#plan;
    const overrides = command.override === true;
    if (owner === undefined) {
      // At a lent output, what should last also when somebody is back who commands it: an override, and off where off is safe.
      const outlasts = lent === true && (overrides || (level === 0 && safe === "off"));
      if (!outlasts) {
        if (overrides && level !== 0)
          return refused("no controller owns this output, so there is nothing to override");
        const forMs = command.forMs ?? commandForMs ?? Number.POSITIVE_INFINITY;
        const endless = level === this.#safeLevel && command.forMs === undefined;
        this.#manual = { level, untilUs: endless ? Number.POSITIVE_INFINITY : nowUs + forMs * 1000 };
        return ACCEPTED;
      }
    } else if (!overrides && level !== 0) {
      return refused(`ownedBy ${owner}: send "override": true and "for" to take it from its controller`);
    }
    // Off is never refused, only cut short: the state says what remains.
    const longestMs = level === 0 ? maxOverrideMs : Number.POSITIVE_INFINITY;
    const forMs = Math.min(command.forMs ?? maxOverrideMs, longestMs);
    if (forMs > maxOverrideMs) return refused(`an override lasts at most ${maxOverrideMs / 60_000} minutes`);
    this.#manual = { level, untilUs: nowUs + forMs * 1000 };
    return ACCEPTED;
  }

  /**
   * A command of a controller of this board, or of a process of another one (`irrigation@greenhouse`); it lasts `forMs`
   * unless renewed.
   */
  fromController(controller: string, level: number, forMs: number, nowUs: number): Verdict {
    if (isAbroad(controller) ? this.#plan.lent !== true : controller !== this.#plan.ownedBy)
      return refused(`${controller} does not own this output`);
    const owner = this.owner(nowUs);
    if (owner !== undefined && owner !== controller) return { ...refused(`ownedBy ${owner}`), owner };
    if (owner === undefined) this.#giveUpTo(nowUs);
    const forUs = forMs * 1000;
    this.#controller = { level, untilUs: nowUs + forUs, by: controller, forUs };
    return ACCEPTED;
  }

  /** Who commanded it commands no more. True when that was the command that held, and another than safe. */
  release(controller: string, nowUs: number): boolean {
    if (this.#controller?.by !== controller) return false;
    const before = this.#live(nowUs);
    const ended = before === this.#controller && before.level !== this.#safeLevel;
    this.#controller = undefined;
    return ended;
  }

  /**
   * A level that was found at the start and that nobody here commanded (it was held over a restart). It gets
   * an end as if it had been commanded now: the controller's next command, or the device's `commandFor`. Where it is
   * lent it may have been held by a lease: it waits as briefly, and whoever commands it first has it.
   */
  adopt(level: number, nowUs: number): void {
    const { ownedBy, lent, commandForMs } = this.#plan;
    const by = ownedBy ?? (lent ? NOBODY : undefined);
    if (by !== undefined) {
      const forUs = ADOPTED_FOR_MS * 1000;
      this.#controller = { level, untilUs: nowUs + forUs, by, forUs };
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

  /** The output may not follow: whoever owns it goes on to own it, and has to ask again. */
  deny(): void {
    this.#manual = undefined;
    if (this.#controller !== undefined) this.#controller = { ...this.#controller, level: this.#safeLevel };
  }

  /** Forgets everything: a fault or a lower mode took the output to safe. */
  clear(): void {
    this.#manual = undefined;
    this.#controller = undefined;
  }

  /** The output has an owner now: what a person had commanded before lasts as long as an override. */
  #giveUpTo(nowUs: number): void {
    const manual = this.#manual;
    if (manual === undefined) return;
    const isRest = manual.level === this.#safeLevel && manual.untilUs === Number.POSITIVE_INFINITY;
    const longestUs = nowUs + (this.#plan.maxOverrideMs ?? 0) * 1000;
    this.#manual = isRest ? undefined : { ...manual, untilUs: Math.min(manual.untilUs, longestUs) };
  }

  #live(nowUs: number): Held | undefined {
    if (this.#manual !== undefined && this.#manual.untilUs > nowUs) return this.#manual;
    if (this.#controller !== undefined && this.#controller.untilUs > nowUs) return this.#controller;
    return undefined;
  }
}

function refused(reason: string): Verdict & { readonly accepted: false } {
  return { accepted: false, reason };
}

/** A process of another board has that behind an @ in its name. */
function isAbroad(commander: string): boolean {
  return commander.includes("@");
}
