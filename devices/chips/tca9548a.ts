import type { MuxChip } from "../../firmware/contracts/chip.ts";

/**
 * TCA9548A switch for eight I2C buses (TI SCPS207F, 2016), register level.
 *
 * One register without an address (8.5.4): bit n connects channel n. Of several bytes in one write the last one counts.
 * Reset line and power-up leave nothing connected (8.4.1, 8.4.2).
 */
export class Tca9548aChip implements MuxChip {
  #control = 0;

  get open(): number {
    return this.#control;
  }

  receive(bytes: Uint8Array): void {
    this.#control = bytes.at(-1) ?? this.#control;
  }

  transmit(length: number): Uint8Array {
    return new Uint8Array(length).fill(this.#control);
  }

  powerUp(): void {
    this.#control = 0;
  }

  describe(): string {
    const channels = [0, 1, 2, 3, 4, 5, 6, 7].filter((channel) => (this.#control & (1 << channel)) !== 0);
    return `TCA9548A, ${channels.length === 0 ? "nothing connected" : `connects ${channels.join(", ")}`}`;
  }
}
