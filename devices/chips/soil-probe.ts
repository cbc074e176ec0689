/**
 * Emulated capacitive soil moisture probe (DFRobot SEN0193 at 5 V): no bus, a voltage that falls as soil gets wet.
 * Its output goes to an input of an emulated converter.
 */

const IN_AIR_VOLTS = (520 / 1023) * 5; // Value_1 of the guide
const IN_WATER_VOLTS = (260 / 1023) * 5; // Value_2
/** What an input with a resistor to ground reads when nothing is connected. */
const UNPLUGGED_VOLTS = 0.02;

export class SoilProbePart {
  #moisturePercent = 50;
  #plugged = true;

  /** Wetness around the probe, 0 (air) to 100 (water). */
  setMoisturePercent(moisturePercent: number): void {
    this.#moisturePercent = Math.min(100, Math.max(0, moisturePercent));
  }

  /** Fault: the cable is off. */
  unplug(unplugged: boolean): void {
    this.#plugged = !unplugged;
  }

  /** Volts at its output. */
  get volts(): number {
    if (!this.#plugged) return UNPLUGGED_VOLTS;
    return IN_AIR_VOLTS + (IN_WATER_VOLTS - IN_AIR_VOLTS) * (this.#moisturePercent / 100);
  }

  describe(): string {
    const state = this.#plugged ? `${this.#moisturePercent.toFixed(0)} %` : "unplugged";
    return `soil probe ${state}, ${this.volts.toFixed(3)} V`;
  }
}
