/**
 * ADS1115 16-bit analogue-to-digital converter (Texas Instruments SBAS444D, 2018).
 *
 * Single-shot, single-ended. An input outside GND - 0.3 V .. VDD + 0.3 V conducts through the protection
 * diodes and disturbs the other channels; a full-scale range above VDD only changes the scaling (9.3.3).
 *
 * Not implemented: differential inputs (9.3.1), continuous conversion (9.4.2.2), comparator (9.3.7).
 */
import type { I2cTarget } from "../../firmware/contracts/i2c.ts";
import { DeviceError } from "../device-error.ts";

/** 7-bit addresses: ADDR to GND, VDD, SDA, SCL (Table 4). */
export const ADS1115_ADDRESSES = [0x48, 0x49, 0x4a, 0x4b] as const;

const REGISTER = { conversion: 0x00, config: 0x01 } as const;

// Config register (9.6.3).
const OS = 0x8000; // written: start; read: 1 is idle
const SINGLE_ENDED = 0b100 << 12;
const SINGLE_SHOT = 0x0100;
const COMPARATOR_OFF = 0x0003;
const PGA = { 6.144: 0, 4.096: 1, 2.048: 2, 1.024: 3, 0.512: 4, 0.256: 5 } as const;
const DATA_RATE = { 8: 0, 16: 1, 32: 2, 64: 3, 128: 4, 250: 5, 475: 6, 860: 7 } as const;

/** Internal oscillator: data rate within 10 % (7.5). */
const SLOWEST = 0.9;
/** From power-down to the start of the conversion, us (TI E2E 477911; 9.4.2.1 says about 25). */
const WAKE_UP_US = 110;

export interface Ads1115Options {
  /** Full scale is plus and minus this, V. Default 4.096: one step is 125 uV. */
  readonly fullScaleVolts?: keyof typeof PGA;
  /** Default 128; slower is less noisy. */
  readonly samplesPerSecond?: keyof typeof DATA_RATE;
}

/** AIN0..AIN3 against GND. */
export type Ads1115Channel = 0 | 1 | 2 | 3;

export interface Ads1115Reading {
  /** Volts, a little below 0 possible near ground because of the offset (9.5.4). */
  readonly volts: number;
  /** The input was at or beyond full scale: the truth may be anything further out. */
  readonly clipped: boolean;
}

export class Ads1115 {
  readonly #target: I2cTarget;
  readonly #fullScaleVolts: number;
  readonly #samplesPerSecond: number;
  readonly #settings: number;
  #expected: number;

  constructor(target: I2cTarget, { fullScaleVolts = 4.096, samplesPerSecond = 128 }: Ads1115Options = {}) {
    this.#target = target;
    this.#fullScaleVolts = fullScaleVolts;
    this.#samplesPerSecond = samplesPerSecond;
    this.#settings =
      SINGLE_ENDED |
      (PGA[fullScaleVolts] << 9) |
      SINGLE_SHOT |
      (DATA_RATE[samplesPerSecond] << 5) |
      COMPARATOR_OFF;
    this.#expected = this.#settings;
  }

  /** Writes the settings and reads them back: the part has no id. Throws `I2cError`, `DeviceError`. */
  start(): void {
    this.#expected = this.#settings;
    this.#target.writeRegister16(REGISTER.config, this.#settings);
    const config = this.#target.readRegister16(REGISTER.config);
    if ((config & ~OS) !== this.#settings) throw this.#error("wrong_part", config);
  }

  /** Starts one conversion; returns the longest time it may take, us. Throws `I2cError`. */
  startMeasurement(channel: Ads1115Channel): number {
    this.#expected = this.#settings | (channel << 12);
    this.#target.writeRegister16(REGISTER.config, OS | this.#expected);
    return conversionTimeUs(this.#samplesPerSecond);
  }

  /** The conversion that was started last. Throws `I2cError`, and `DeviceError` when it is not there. */
  read(): Ads1115Reading {
    const config = this.#target.readRegister16(REGISTER.config);
    // After a brown-out it idles at 0x8583 and would show 0 V.
    if ((config & ~OS) !== this.#expected) throw this.#error("configuration_lost", config);
    if ((config & OS) === 0) throw this.#error("not_ready", config);
    const word = this.#target.readRegister16(REGISTER.conversion);
    return {
      volts: decodeVolts(word, this.#fullScaleVolts),
      clipped: word === 0x7fff || word === 0x8000, // output clips at these codes (9.5.4)
    };
  }

  #error(code: DeviceError["code"], config: number): DeviceError {
    const { bus, address } = this.#target;
    const detail = `config 0x${config.toString(16).padStart(4, "0")}`;
    return new DeviceError(code, "ADS1115", `${bus} 0x${address.toString(16)}`, detail);
  }
}

/** Conversion register to volts (9.5.4): 16-bit two's complement, 0x8000 is minus full scale. */
export function decodeVolts(word: number, fullScaleVolts: number): number {
  return (((word << 16) >> 16) * fullScaleVolts) / 32768;
}

/** Longest single-shot conversion, us: wake-up and one period of an oscillator 10 % slow (9.3.6). */
export function conversionTimeUs(samplesPerSecond: number): number {
  return Math.ceil(1e6 / (samplesPerSecond * SLOWEST)) + WAKE_UP_US;
}
