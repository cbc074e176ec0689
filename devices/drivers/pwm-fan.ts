/**
 * A fan on a PWM output. The level is the duty; below `minDuty` a fan hums without turning, so that is off.
 *
 * From rest a fan needs more than it needs to keep turning: the start kick. The driver has no timer, so it
 * says how long the kick lasts, and whoever called `setLevel` calls `settle` after that time. A forgotten
 * `settle` leaves the fan at the kick's duty: too much air, never a stalled motor.
 *
 * Not implemented: speed feedback (tacho); noticing that the line was made safe below, after which the first
 * start has no kick.
 */
import type { OutputLine } from "../../firmware/contracts/line.ts";

export interface PwmFanOptions {
  /** Lowest duty at which the fan keeps turning, 0..1. Default 0.2. */
  readonly minDuty?: number;
  /** Duty and length of the kick from rest. Default 1 for 500 ms; 0 ms: none. */
  readonly kickDuty?: number;
  readonly kickMs?: number;
}

export class PwmFan {
  readonly #output: OutputLine;
  readonly #minDuty: number;
  readonly #kickDuty: number;
  readonly #kickMs: number;
  #turning = false;
  /** Duty to go to when the kick is over. */
  #afterKick: number | undefined;

  constructor(output: OutputLine, { minDuty = 0.2, kickDuty = 1, kickMs = 500 }: PwmFanOptions = {}) {
    if (!isLevel(minDuty) || !isLevel(kickDuty) || !(kickMs >= 0))
      throw new RangeError(`duties are 0..1, the kick 0 ms or more: ${minDuty}, ${kickDuty}, ${kickMs}`);
    this.#output = output;
    this.#minDuty = minDuty;
    this.#kickDuty = kickDuty;
    this.#kickMs = kickMs;
  }

  /**
   * Sets the level, 0..1; below `minDuty` the fan is off. Returns the time after which `settle` must be
   * called, us; 0 when no kick was started (one under way goes on to the new level). Throws `LineError`.
   */
  setLevel(level: number): number {
    const duty = dutyOf(level, this.#minDuty);
    if (duty === 0) {
      this.#output.write(0);
      this.#turning = false;
      this.#afterKick = undefined;
      return 0;
    }
    if (this.#afterKick !== undefined) {
      this.#afterKick = duty;
      return 0;
    }
    const kick = !this.#turning && this.#kickMs > 0 && duty < this.#kickDuty;
    this.#output.write(kick ? this.#kickDuty : duty);
    this.#turning = true;
    if (!kick) return 0;
    this.#afterKick = duty;
    return this.#kickMs * 1000;
  }

  /** Ends the start kick, if one is under way. Throws `LineError`. */
  settle(): void {
    const duty = this.#afterKick;
    if (duty === undefined) return;
    this.#output.write(duty);
    this.#afterKick = undefined;
  }

  /** The present level is still wanted: renews the line lease. Throws `LineError`. */
  renew(): void {
    this.#output.renew();
  }

  /** Duty read back, 0..1; the kick's while it lasts. Throws `LineError`. */
  readLevel(): number {
    return this.#output.read();
  }
}

/** Level 0..1 to duty: itself, or 0 below `minDuty`. */
export function dutyOf(level: number, minDuty: number): number {
  if (!isLevel(level)) throw new RangeError(`a level is 0..1: ${level}`);
  return level < minDuty ? 0 : level;
}

function isLevel(value: number): boolean {
  return value >= 0 && value <= 1;
}
