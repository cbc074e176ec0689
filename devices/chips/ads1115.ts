/**
 * Emulated ADS1115 at register level (Texas Instruments SBAS444D, 2018).
 *
 * Not implemented: continuous conversion (refused), comparator and ALERT pin (registers only), offset and
 * noise, the general call reset.
 */
import { ChipNak, type I2cChip } from "../../firmware/contracts/chip.ts";
import type { Clock } from "../../runtime/time/clock.ts";

// 9.6.3, in the order of the register fields.
const FULL_SCALE_VOLTS = [6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256];
const SAMPLES_PER_SECOND = [8, 16, 32, 64, 128, 250, 475, 860];
/** Inputs of each multiplexer setting: positive, negative; undefined is GND. */
const MUX: readonly (readonly [number, number | undefined])[] = [
  [0, 1],
  [0, 3],
  [1, 3],
  [2, 3],
  [0, undefined],
  [1, undefined],
  [2, undefined],
  [3, undefined],
];
const POWER_UP_US = 25; // 9.4.2.1

export class Ads1115Chip implements I2cChip {
  readonly #clock: Clock;
  readonly #supplyVolts: number;
  readonly #volts = [0, 0, 0, 0];
  #pointer = 0;
  /** Conversion, Config, Lo_thresh, Hi_thresh. */
  #registers = [0, 0, 0, 0];
  #converting: { readonly endUs: number; readonly code: number } | undefined;
  #stuck = false;

  constructor(clock: Clock, supplyVolts = 3.3) {
    this.#clock = clock;
    this.#supplyVolts = supplyVolts;
    this.powerUp();
  }

  receive(bytes: Uint8Array): void {
    this.#settle();
    const [pointer, high, low] = bytes;
    if (pointer === undefined) return;
    if (pointer > 3) throw new ChipNak(0, `the ADS1115 has no register ${pointer}`);
    this.#pointer = pointer;
    if (high === undefined) return;
    if (low === undefined || bytes.length > 3)
      throw new ChipNak(bytes.length - 1, "registers have two bytes");
    if (pointer === 0) throw new ChipNak(1, "the conversion register is read only");
    const word = (high << 8) | low;
    if (pointer === 1) this.#configure(word);
    else this.#registers[pointer] = word;
  }

  /** The register of the pointer, again and again: the pointer does not move (9.5.3). */
  transmit(length: number): Uint8Array {
    this.#settle();
    const word = this.#registers[this.#pointer]!;
    return Uint8Array.from({ length }, (_, index) => (index % 2 === 0 ? word >> 8 : word & 0xff));
  }

  /** Voltage at AIN0..AIN3 against GND; the protection diodes clamp it 0.3 V outside the supply. */
  setVolts(channel: 0 | 1 | 2 | 3, volts: number): void {
    this.#volts[channel] = Math.min(this.#supplyVolts + 0.3, Math.max(-0.3, volts));
  }

  /** Fault: a conversion never ends. */
  stickConverting(stuck: boolean): void {
    this.#stuck = stuck;
  }

  /** Power-on reset, also a brown-out: reset values of 9.6. */
  powerUp(): void {
    this.#pointer = 0;
    this.#registers = [0x0000, 0x8583, 0x8000, 0x7fff];
    this.#converting = undefined;
  }

  describe(): string {
    this.#settle();
    const state = this.#converting === undefined ? "idle" : "converting";
    const volts = this.#volts.map((value) => value.toFixed(3)).join(" ");
    return `ADS1115 ${state}, inputs ${volts} V, config 0x${this.#registers[1]!.toString(16).padStart(4, "0")}`;
  }

  #configure(word: number): void {
    if ((word & 0x0100) === 0) throw new ChipNak(2, "continuous conversion is not emulated");
    const running = this.#converting !== undefined;
    this.#registers[1] = running ? word & 0x7fff : word | 0x8000;
    if ((word & 0x8000) === 0 || running) return; // OS has no effect during a conversion
    this.#registers[1] &= 0x7fff;
    const periodUs = 1e6 / SAMPLES_PER_SECOND[(word >> 5) & 0b111]!;
    this.#converting = { endUs: this.#clock.now() + POWER_UP_US + periodUs, code: this.#convert(word) };
    this.#settle();
  }

  #convert(word: number): number {
    const [positive, negative] = MUX[(word >> 12) & 0b111]!;
    const volts = this.#volts[positive]! - (negative === undefined ? 0 : this.#volts[negative]!);
    const steps = Math.round((volts / FULL_SCALE_VOLTS[(word >> 9) & 0b111]!) * 32768);
    return Math.min(0x7fff, Math.max(-0x8000, steps)) & 0xffff;
  }

  #settle(): void {
    const converting = this.#converting;
    if (converting === undefined || this.#stuck || this.#clock.now() < converting.endUs) return;
    this.#registers[0] = converting.code;
    this.#registers[1]! |= 0x8000;
    this.#converting = undefined;
  }
}
