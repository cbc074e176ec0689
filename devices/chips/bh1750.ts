/**
 * Emulated BH1750FVI (ROHM Technical Note 2009.04, Rev. B): opcodes instead of registers.
 *
 * Not implemented: the other measurement modes and the measurement time register (refused), the DVI reset.
 */
import { ChipNak, type I2cChip } from "../../firmware/contracts/chip.ts";
import type { Clock } from "../../runtime/time/clock.ts";

const TYPICAL_US = 120_000;
const COUNTS_PER_LX = 1.2; // S/A, typical

export class Bh1750Chip implements I2cChip {
  readonly #clock: Clock;
  #illuminanceLx = 0;
  #data = 0;
  #powered = false;
  #measuring: { readonly endUs: number; readonly counts: number } | undefined;
  #measurementUs = TYPICAL_US;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  receive(bytes: Uint8Array): void {
    this.#settle();
    const [opcode] = bytes;
    if (opcode === undefined) return;
    if (bytes.length > 1) throw new ChipNak(1, "one opcode for each transfer (p. 10)");
    switch (opcode) {
      case 0x00: // power down
        this.#powered = false;
        this.#measuring = undefined;
        return;
      case 0x01: // power on
        this.#powered = true;
        return;
      case 0x07: // reset of the data register, not accepted in power-down
        if (this.#powered) this.#data = 0;
        return;
      case 0x20: // one time, high resolution; powers on by itself (p. 4: "Power On" may be omitted)
        this.#powered = true;
        this.#measuring = { endUs: this.#clock.now() + this.#measurementUs, counts: this.#counts() };
        return;
      default:
        throw new ChipNak(0, `opcode 0x${opcode.toString(16)} is not emulated`);
    }
  }

  /** The data register, high byte first: of the measurement before, while one is running. */
  transmit(length: number): Uint8Array {
    this.#settle();
    const data = [this.#data >> 8, this.#data & 0xff];
    return Uint8Array.from({ length }, (_, index) => data[index] ?? 0xff);
  }

  /** Light on the part, lx; taken by the next measurement. */
  setLux(illuminanceLx: number): void {
    this.#illuminanceLx = illuminanceLx;
  }

  /** How long this specimen measures, ms: 120 is typical, 180 the longest allowed. */
  setMeasurementMs(ms: number): void {
    this.#measurementUs = ms * 1000;
  }

  /** Power-on reset, also a brown-out: power-down, data register 0. */
  powerUp(): void {
    this.#powered = false;
    this.#measuring = undefined;
    this.#data = 0;
  }

  describe(): string {
    this.#settle();
    const mode = this.#measuring !== undefined ? "measuring" : this.#powered ? "on" : "powered down";
    return `BH1750 ${mode}, ${this.#illuminanceLx.toFixed(0)} lx, data 0x${this.#data.toString(16).padStart(4, "0")}`;
  }

  #counts(): number {
    return Math.min(0xffff, Math.max(0, Math.round(this.#illuminanceLx * COUNTS_PER_LX)));
  }

  #settle(): void {
    const measuring = this.#measuring;
    if (measuring === undefined || this.#clock.now() < measuring.endUs) return;
    this.#data = measuring.counts;
    this.#measuring = undefined;
    this.#powered = false; // one-time modes return to power-down
  }
}
