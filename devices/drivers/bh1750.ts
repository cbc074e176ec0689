/**
 * BH1750FVI ambient light sensor (ROHM Technical Note 2009.04, Rev. B).
 *
 * One-time high resolution mode: the part powers down by itself after each measurement. It has no status:
 * a read before its time gives the value before, and after a brown-out it gives 0 lx, which looks like night.
 * So the wait after `startMeasurement` is not optional.
 *
 * Not implemented: continuous modes, low resolution, resolution mode 2, measurement time register.
 */
import type { I2cTarget } from "../../firmware/contracts/i2c.ts";

/** 7-bit addresses: ADDR low, ADDR high (p. 10). */
export const BH1750_ADDRESSES = [0x23, 0x5c] as const;

/** What 16 bits can say at the default sensitivity, lx; full sun is beyond it. */
export const BH1750_RANGE = { illuminanceLx: { min: 0, max: 65535 / 1.2 } } as const;

// Instruction set (p. 5): one byte, one transfer each.
const POWER_ON = 0x01;
const RESET = 0x07;
const ONE_TIME_HIGH_RESOLUTION = 0x20;
/** Longest measurement in high resolution mode, us; typically 120 ms (p. 2, tHR). */
const MEASUREMENT_US = 180_000;

export interface Bh1750Reading {
  /** lx, 0..54612, steps of 0.83, within 20 %. */
  readonly illuminanceLx: number;
  /** It is at least this bright: the counter is full. */
  readonly clipped: boolean;
}

export class Bh1750 {
  readonly #target: I2cTarget;

  constructor(target: I2cTarget) {
    this.#target = target;
  }

  /** Powers the part on and clears an old value from its data register. Throws `I2cError`. */
  start(): void {
    this.#target.write([POWER_ON]);
    this.#target.write([RESET]); // not accepted in power-down, so power on first
  }

  /** Starts one measurement; returns the longest time it may take, us. Throws `I2cError`. */
  startMeasurement(): number {
    this.#target.write([ONE_TIME_HIGH_RESOLUTION]);
    return MEASUREMENT_US;
  }

  /** The measurement that ended last. Throws `I2cError`. */
  read(): Bh1750Reading {
    const [high = 0, low = 0] = this.#target.read(2);
    const word = high * 256 + low;
    return { illuminanceLx: decodeIlluminanceLx(word), clipped: word === 0xffff };
  }
}

/** Data register to lx (p. 10): counts / 1.2, high byte first. */
export function decodeIlluminanceLx(word: number): number {
  return word / 1.2;
}
