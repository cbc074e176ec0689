import type { BusPlan, PulsePlan } from "../contracts/bus-plan.ts";
import type { BusRung } from "../contracts/control.ts";
import { type AwayFromSafe, LinePulse } from "./line-pulse.ts";

/** Least time between two power-cycles of a bus that stays stuck: each takes every chip on the rail along. */
const POWER_AGAIN_US = 30_000_000;
/** How long a bus that no rung has freed is left alone before a transfer tries it again. */
const DOWN_US = 500_000;

/** What the ladder does, and whom it tells. */
export interface LadderEffects {
  readonly away: AwayFromSafe;
  /** Nine clocks, or what the backend has in their place; `recovered` hears whether the bus works. */
  recover(): void;
  /** The multiplexers were reset or lost their power: nobody knows what is open. */
  forget(): void;
  tell(rung: BusRung, works: boolean, nowUs: number, why?: string): void;
  /** What began with a bus that was held has ended. */
  ended(works: boolean, nowUs: number): void;
  /** Others may have the bus again. */
  over(nowUs: number): void;
}

interface Step {
  readonly rung: "reset" | "clocks" | "muxReset" | "rail";
  readonly pulse?: PulsePlan;
}

/**
 * The way from a bus that is held to one that works: reset the chip that was spoken to, nine clocks, reset the
 * multiplexers (which cuts off whoever holds a channel), cycle the power. Only rungs that the plan declares; after each
 * the backend is asked whether the bus works, and the first that it works after is the last. Nothing else goes over the
 * bus meanwhile.
 */
export class StuckLadder {
  readonly #plan: BusPlan;
  readonly #effects: LadderEffects;
  readonly #pulse: LinePulse;
  #steps: Step[] = [];
  #step: Step | undefined;
  #powerUs = Number.NEGATIVE_INFINITY;
  #downUntilUs = Number.NEGATIVE_INFINITY;
  #stuck = false;

  constructor(plan: BusPlan, effects: LadderEffects) {
    this.#plan = plan;
    this.#effects = effects;
    this.#pulse = new LinePulse(effects.away);
  }

  /** The bus was held when somebody last looked. */
  get stuck(): boolean {
    return this.#stuck;
  }

  /** Whether a transfer would be refused now: it was held a moment ago. */
  down(nowUs: number): boolean {
    return this.#stuck && nowUs < this.#downUntilUs;
  }

  get nextUs(): number {
    return this.#pulse.nextUs;
  }

  /** A transfer found the bus held. `reset`: the reset line of the chip that was spoken to. */
  begin(reset: PulsePlan | undefined, nowUs: number): void {
    this.#stuck = true;
    const { muxes = [], rail } = this.#plan;
    const resets = muxes.flatMap(({ reset: pulse }): Step[] => (pulse ? [{ rung: "muxReset", pulse }] : []));
    const power = rail !== undefined && nowUs - this.#powerUs >= POWER_AGAIN_US;
    this.#steps = [
      ...(reset === undefined ? [] : [{ rung: "reset", pulse: reset } as const]),
      { rung: "clocks" },
      ...resets,
      ...(power ? [{ rung: "rail", pulse: rail } as const] : []),
    ];
    this.#climb(nowUs);
  }

  /** A chip does not answer, its reset has not helped: the rail of the bus is cycled. */
  power(rail: PulsePlan, nowUs: number): void {
    this.#steps = [{ rung: "rail", pulse: rail }];
    this.#climb(nowUs);
  }

  /** A transfer did not find the bus held: whoever held it has let go by himself. */
  works(nowUs: number): void {
    if (!this.#stuck) return;
    this.#stuck = false;
    this.#effects.ended(true, nowUs);
  }

  expire(nowUs: number): void {
    if (!this.#pulse.expire(nowUs)) return;
    this.#effects.forget();
    this.#effects.recover();
  }

  /** The backend's answer; `why` when it could not do all it should. */
  recovered(works: boolean, why: string | undefined, nowUs: number): void {
    const step = this.#step;
    if (step === undefined) return;
    this.#effects.tell(step.rung, works, nowUs, why);
    if (!works && this.#steps.length > 0) {
      this.#climb(nowUs);
      return;
    }
    const wasHeld = this.#stuck;
    this.#step = undefined;
    this.#stuck = !works;
    if (!works) this.#downUntilUs = nowUs + DOWN_US;
    if (wasHeld || !works) this.#effects.ended(works, nowUs);
    this.#effects.over(nowUs);
  }

  #climb(nowUs: number): void {
    const step = this.#steps.shift()!;
    this.#step = step;
    if (step.rung === "rail") this.#powerUs = nowUs;
    if (step.pulse === undefined) this.#effects.recover();
    else this.#pulse.start(step.pulse, nowUs);
  }
}
