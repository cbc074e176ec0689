/**
 * A hobby servo on a PWM output: the width of a pulse, fifty times a second, is the angle it turns to.
 *
 * No standard says which width is which angle. Radio control has 1500 us in the middle; common servos (Tower Pro SG90,
 * MG996R) turn half a circle between about 500 and 2500 us, each a little differently, so both ends are settings. A servo that is driven into its
 * stop hums and burns: set the limits before the load.
 *
 * Without pulses the motor rests and friction holds the horn: that is what "off" is, and what a servo is left at after
 * `settleMs` where that is asked for. Where the horn stands is known only while there are pulses: a servo has no way to say.
 *
 * Not implemented: continuous rotation, trim of the middle.
 */
import type { OutputLine } from "../../firmware/contracts/line.ts";

/** Between two pulses, us. */
export const SERVO_PERIOD_US = 20_000;

export interface ServoOptions {
  /** Pulses at the two ends, us, and the angles there, degrees. Defaults 500, 2500, 0, 180. */
  readonly minPulseUs?: number;
  readonly maxPulseUs?: number;
  readonly minAngleDeg?: number;
  readonly maxAngleDeg?: number;
  /** How long the horn takes to get there, ms; then the pulses end. Absent: they go on and hold it. */
  readonly settleMs?: number;
}

export class Servo {
  readonly #output: OutputLine;
  readonly #scale: ServoScale;
  readonly #settleUs: number;

  /** Throws RangeError where the ends are no ends. */
  constructor(output: OutputLine, { settleMs = Number.POSITIVE_INFINITY, ...ends }: ServoOptions = {}) {
    this.#output = output;
    this.#scale = new ServoScale(ends);
    this.#settleUs = settleMs * 1000;
  }

  /** Turns to an angle within the ends. Returns the time after which `settle` ends the pulses, us. Throws `LineError`. */
  turnTo(angleDeg: number): number {
    this.#output.write(this.#scale.duty(angleDeg));
    return this.#settleUs;
  }

  /** The horn is there: no more pulses. Throws `LineError`. */
  settle(): void {
    this.off();
  }

  /** No pulses: the motor rests. Throws `LineError`. */
  off(): void {
    this.#output.write(0);
  }

  /** The angle is still wanted: renews the line lease. Throws `LineError`. */
  renew(): void {
    this.#output.renew();
  }

  /** The angle that the pulses ask for, read back; undefined when there are none. Throws `LineError`. */
  readAngleDeg(): number | undefined {
    return this.#scale.angleDeg(this.#output.read());
  }
}

/** Between angles and duties of a servo. */
export class ServoScale {
  readonly #minPulseUs: number;
  readonly #usPerDeg: number;
  readonly #minAngleDeg: number;
  readonly #maxAngleDeg: number;

  /** Throws RangeError where the ends are no ends. */
  constructor({
    minPulseUs = 500,
    maxPulseUs = 2500,
    minAngleDeg = 0,
    maxAngleDeg = 180,
  }: Omit<ServoOptions, "settleMs"> = {}) {
    if (!(minPulseUs > 0 && maxPulseUs > minPulseUs && maxPulseUs < SERVO_PERIOD_US))
      throw new RangeError(`pulses grow within 0..${SERVO_PERIOD_US} us: ${minPulseUs}, ${maxPulseUs}`);
    if (!(maxAngleDeg > minAngleDeg)) throw new RangeError(`angles grow: ${minAngleDeg}, ${maxAngleDeg}`);
    this.#minPulseUs = minPulseUs;
    this.#usPerDeg = (maxPulseUs - minPulseUs) / (maxAngleDeg - minAngleDeg);
    this.#minAngleDeg = minAngleDeg;
    this.#maxAngleDeg = maxAngleDeg;
  }

  /** Duty, above 0, of an angle; throws RangeError for one beyond the ends. */
  duty(angleDeg: number): number {
    if (!(angleDeg >= this.#minAngleDeg && angleDeg <= this.#maxAngleDeg))
      throw new RangeError(`an angle is ${this.#minAngleDeg}..${this.#maxAngleDeg}: ${angleDeg}`);
    return (this.#minPulseUs + (angleDeg - this.#minAngleDeg) * this.#usPerDeg) / SERVO_PERIOD_US;
  }

  /** Angle of a duty, in tenths of a degree; undefined without pulses. */
  angleDeg(duty: number): number | undefined {
    if (duty <= 0) return undefined;
    const angleDeg = this.#minAngleDeg + (duty * SERVO_PERIOD_US - this.#minPulseUs) / this.#usPerDeg;
    return Math.round(angleDeg * 10) / 10;
  }
}
