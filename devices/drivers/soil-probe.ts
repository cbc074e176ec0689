/**
 * Capacitive soil moisture probe (DFRobot SEN0193 and its copies): volts in, percent out.
 *
 * The wetter, the lower the voltage. Each probe, soil and depth differs: `dryVolts` in air and `wetVolts` in
 * water are measured by the user; 0 and 100 percent are these two points, not volumetric water content.
 *
 * Not implemented: temperature drift, the curve between the two points (taken as straight). An open input that
 * happens to drift into the probe's range cannot be told apart; a resistor to ground at the input prevents it.
 */
import type { Quality } from "../quality.ts";

export interface SoilProbeCalibration {
  /** Volts with the probe in dry air. Default 2.54, as the SEN0193 guide has it (520 of 1023 at 5 V). */
  readonly dryVolts?: number;
  /** Volts with the probe in water up to its line. Default 1.27 (260 of 1023 at 5 V). */
  readonly wetVolts?: number;
  /** How far outside the two points a voltage is still that of a probe, V. Default 0.3. */
  readonly marginVolts?: number;
}

export type SoilReading =
  /** Percent, 0..100, limited; `suspect` when the voltage lies in the margin: the calibration has drifted. */
  | { readonly quality: Extract<Quality, "good" | "suspect">; readonly moisturePercent: number }
  /** No probe says this: disconnected (an open input drifts near ground), shorted, or wrongly calibrated. */
  | { readonly quality: Extract<Quality, "bad">; readonly moisturePercent: undefined };

export class SoilProbe {
  readonly #dryVolts: number;
  readonly #wetVolts: number;
  readonly #marginVolts: number;

  constructor({ dryVolts = 2.54, wetVolts = 1.27, marginVolts = 0.3 }: SoilProbeCalibration = {}) {
    // Closer points would turn the converter's noise into percents.
    if (!(dryVolts - wetVolts >= 0.1))
      throw new RangeError(`dry ${dryVolts} V must exceed wet ${wetVolts} V by 0.1 V`);
    // Else an unplugged probe on a pulled-down input would read as very wet, and nobody would water.
    if (!(marginVolts >= 0 && wetVolts - marginVolts > 0))
      throw new RangeError(`wet ${wetVolts} V less the margin ${marginVolts} V must stay above 0 V`);
    this.#dryVolts = dryVolts;
    this.#wetVolts = wetVolts;
    this.#marginVolts = marginVolts;
  }

  /** Moisture for the probe's output voltage. */
  read(volts: number): SoilReading {
    const dry = this.#dryVolts;
    const wet = this.#wetVolts;
    if (!(volts >= wet - this.#marginVolts && volts <= dry + this.#marginVolts))
      return { quality: "bad", moisturePercent: undefined };
    const percent = ((dry - volts) / (dry - wet)) * 100;
    const moisturePercent = Math.min(100, Math.max(0, percent));
    // A tenth of the margin is noise around a point, not drift.
    const slack = this.#marginVolts / 10;
    const outside = volts < wet - slack || volts > dry + slack;
    return { quality: outside ? "suspect" : "good", moisturePercent };
  }
}
