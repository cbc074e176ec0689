/**
 * Emulated MCP3008 (Microchip DS21295D): a converter that samples while it is spoken to. It reads the bits of a
 * transfer one by one, as the part does: leading zeros, a start bit, five bits of what is asked, then it answers a null bit and ten bits, highest
 * first, then the same from the lowest on (5.0, figure 5-1).
 */
import type { SpiChip } from "../../firmware/contracts/spi-chip.ts";

export class Mcp3008Chip implements SpiChip {
  readonly #volts = new Array<number>(8).fill(0);
  readonly #referenceVolts: number;

  /** `referenceVolts`: at VREF. */
  constructor(referenceVolts = 3.3) {
    this.#referenceVolts = referenceVolts;
  }

  /** Voltage at an input, CH0..CH7. */
  setVolts(channel: number, volts: number): void {
    this.#volts[channel] = volts;
  }

  exchange(bytes: Uint8Array): Uint8Array {
    const bits = [...bytes].flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((bit) => (byte >> bit) & 1));
    const start = bits.indexOf(1);
    // Until the null bit it drives nothing: the line is pulled up.
    const out = bits.map(() => 1);
    if (start >= 0) {
      const [single = 0, d2 = 0, d1 = 0, d0 = 0] = bits.slice(start + 1);
      const code = this.#convert(single === 1, d2 * 4 + d1 * 2 + d0);
      // The sample is taken for one and a half clocks after D0; the null bit follows.
      const answer = [
        0,
        ...[9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((bit) => (code >> bit) & 1),
      ];
      for (const [index, bit] of answer.entries()) {
        if (start + 6 + index < out.length) out[start + 6 + index] = bit;
      }
    }
    return Uint8Array.from(bytes, (_, at) =>
      out.slice(at * 8, at * 8 + 8).reduce((byte, bit) => byte * 2 + bit, 0),
    );
  }

  describe(): string {
    return `MCP3008 ${this.#volts.map((volts) => volts.toFixed(2)).join(" ")} V`;
  }

  #convert(single: boolean, channel: number): number {
    const against = single ? 0 : this.#volts[channel ^ 1]!;
    const code = Math.floor(((this.#volts[channel]! - against) * 1024) / this.#referenceVolts);
    return Math.min(1023, Math.max(0, code));
  }
}
