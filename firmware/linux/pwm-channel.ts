import type { FoundLine } from "../contracts/backend.ts";
import type { PwmAttributes } from "./pwm-attributes.ts";

/**
 * One channel of the kernel's PWM class as an output: levels are electrical duties, 0..1.
 *
 * Rules of the class (drivers/pwm/core.c): the duty is never longer than the period, so which of the two is written first depends on
 * whether the period grows; the polarity can be changed only while the channel is off. A channel that runs `inversed`
 * is left so, and duties are turned round, because changing it would stop the pulses. A channel that is off is made
 * `normal`, whose low level is the one between pulses. Level 0 is a duty of 0 with the channel on: a driven low.
 *
 * Every method throws the kernel's error, `code` included.
 */
export class PwmChannel {
  readonly found: FoundLine;
  readonly #attributes: PwmAttributes;
  readonly #periodNs: number;
  #setUp = false;

  /** Looks at the channel and changes nothing. `periodNs`: above 0. */
  constructor(attributes: PwmAttributes, periodNs: number) {
    this.#attributes = attributes;
    this.#periodNs = periodNs;
    this.found = { driven: this.#isOn(), level: this.level() };
  }

  /** Level now: the duty where the channel is on. */
  level(): number {
    const inversed = this.#isInversed();
    const periodNs = this.#number("period");
    const duty = this.#isOn() && periodNs > 0 ? this.#number("duty_cycle") / periodNs : 0;
    return inversed ? 1 - duty : duty;
  }

  /** Drives the level and reads it back. The first call sets up the channel, pulses going on where it had some. */
  drive(level: number): number {
    if (!this.#setUp && !this.#isOn() && this.#isInversed()) this.#attributes.write("polarity", "normal");
    const duty = this.#isInversed() ? 1 - level : level;
    const dutyNs = Math.round(duty * this.#periodNs);
    const wasNs = this.#setUp ? this.#periodNs : this.#number("period");
    const dutyFirst = wasNs > this.#periodNs && this.#number("duty_cycle") > this.#periodNs;
    if (dutyFirst) this.#attributes.write("duty_cycle", `${dutyNs}`);
    if (wasNs !== this.#periodNs) this.#attributes.write("period", `${this.#periodNs}`);
    if (!dutyFirst) this.#attributes.write("duty_cycle", `${dutyNs}`);
    if (!this.#isOn()) this.#attributes.write("enable", "1");
    this.#setUp = true;
    return this.level();
  }

  /** No more pulses: what the pin does then is the controller's business, low on those of a Pi. */
  stop(): void {
    this.#attributes.write("enable", "0");
    this.#setUp = false;
  }

  close(): void {
    this.#attributes.close();
  }

  #isOn(): boolean {
    return this.#number("enable") === 1;
  }

  #isInversed(): boolean {
    return this.#attributes.read("polarity") === "inversed";
  }

  #number(name: "period" | "duty_cycle" | "enable"): number {
    return Number(this.#attributes.read(name));
  }
}
