/**
 * MCP3008 10-bit analogue-to-digital converter with eight inputs over SPI (Microchip DS21295D, 2008).
 *
 * A conversion is one transfer of three bytes in mode 0,0 (6.1, figure 6-1); it takes as long as the clock of the
 * transfer does. The clock is at most 1.35 MHz at 2.7 V and 3.6 MHz at 5 V, and at least 10 kHz, below which the
 * sample leaks away (6.2).
 *
 * Not implemented: mode 1,1, which gives the same bytes.
 */
import type { SpiTarget } from "../../firmware/contracts/spi.ts";
import { DeviceError } from "../device-error.ts";

/** At 2.7 V, so right for 3.3 V. */
export const MCP3008_SPI = { mode: 0, maxHz: 1_350_000 } as const;

const START = 0x01;
const SINGLE_ENDED = 0x80;
/** Driven low before the result; a line that nobody drives reads high. */
const NULL_BIT = 0x04;
/** Codes of 10 bits: the full scale is one step above the highest (equation 4-2). */
const CODES = 1024;

/** An input against ground, or of a pair the one that counts positive: 0 is CH0 against CH1, 1 is CH1 against CH0 (table 5-2). */
export type Mcp3008Channel = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

export interface Mcp3008Options {
  /** Voltage at its pin VREF, V. Default 3.3. */
  readonly referenceVolts?: number;
  /** Each input against its neighbour instead of ground. */
  readonly differential?: boolean;
}

export class Mcp3008 {
  readonly #target: SpiTarget;
  readonly #referenceVolts: number;
  readonly #single: number;

  constructor(target: SpiTarget, { referenceVolts = 3.3, differential = false }: Mcp3008Options = {}) {
    this.#target = target;
    this.#referenceVolts = referenceVolts;
    this.#single = differential ? 0 : SINGLE_ENDED;
  }

  /** Volts, 0 up to the reference in steps of 1/1024; a negative pair reads 0. Throws `SpiError`, `DeviceError`. */
  readVolts(channel: Mcp3008Channel): number {
    const [, high = 0, low = 0] = this.#target.transfer([START, this.#single | (channel << 4), 0]);
    const code = decodeCode(high, low);
    if (code === undefined) {
      const { bus, select } = this.#target;
      const detail = "its null bit is not low: no chip drives MISO";
      throw new DeviceError("no_answer", "MCP3008", `${bus} CE${select}`, detail);
    }
    return (code * this.#referenceVolts) / CODES;
  }
}

/** The last two bytes of a transfer to a code, 0..1023; undefined when the null bit is missing (figure 6-1). */
export function decodeCode(high: number, low: number): number | undefined {
  return (high & NULL_BIT) === 0 ? ((high & 0x03) << 8) | low : undefined;
}
