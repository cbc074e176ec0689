/**
 * Emulated DS18B20 (Maxim Integrated 19-7487 rev 6): scratchpad as after power-up until a conversion is over, then with
 * the temperature of when it was started. Its checksum is made by the shift register of figure 11, bit by bit.
 */
import type { W1Chip } from "../../firmware/contracts/w1-chip.ts";
import type { Clock } from "../../runtime/time/clock.ts";

/** +85 °C, alarms and 12 bits out of a fresh EEPROM, reserved bytes (figure 9). */
const POWER_UP = [0x50, 0x05, 0x4b, 0x46, 0x7f, 0xff, 0x0c, 0x10];

export class Ds18b20Chip implements W1Chip {
  readonly #clock: Pick<Clock, "now">;
  #scratchpad = [...POWER_UP];
  #temperatureC = 20;
  #conversion: { readonly endsAtUs: number; readonly temperatureC: number } | undefined;
  #command = 0;

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** Temperature of the part, degrees C. */
  setTemperatureC(temperatureC: number): void {
    this.#temperatureC = temperatureC;
  }

  /** Fault: its supply was away for a moment. */
  losePower(): void {
    this.#scratchpad = [...POWER_UP];
    this.#conversion = undefined;
  }

  receive(bytes: Uint8Array): void {
    this.#settle();
    this.#command = bytes[0]!;
    if (this.#command === 0x44) {
      const r1r0 = (this.#scratchpad[4]! >> 5) & 3;
      const endsAtUs = this.#clock.now() + [93_750, 187_500, 375_000, 750_000][r1r0]!;
      this.#conversion = { endsAtUs, temperatureC: this.#temperatureC };
    } else if (this.#command === 0x4e) {
      this.#scratchpad[2] = bytes[1]!;
      this.#scratchpad[3] = bytes[2]!;
      this.#scratchpad[4] = (bytes[3]! & 0x60) | 0x1f; // the other bits cannot be written
    } else if (this.#command !== 0xbe) {
      throw new RangeError(`DS18B20 does not know the command 0x${this.#command.toString(16)}`);
    }
  }

  transmit(length: number): Uint8Array {
    this.#settle();
    if (this.#command !== 0xbe) throw new RangeError("DS18B20 sends after Read Scratchpad only");
    const all = [...this.#scratchpad, shiftRegister(this.#scratchpad)];
    return Uint8Array.from({ length }, (_, at) => all[at] ?? 0xff);
  }

  describe(): string {
    return `DS18B20 ${this.#temperatureC.toFixed(2)} °C, ${9 + ((this.#scratchpad[4]! >> 5) & 3)} bits`;
  }

  #settle(): void {
    if (this.#conversion === undefined || this.#clock.now() < this.#conversion.endsAtUs) return;
    const sixteenths = Math.round(Math.min(125, Math.max(-55, this.#conversion.temperatureC)) * 16);
    const unused = 3 - ((this.#scratchpad[4]! >> 5) & 3);
    const register = (sixteenths >> unused) << unused;
    this.#scratchpad[0] = register & 0xff;
    this.#scratchpad[1] = (register >> 8) & 0xff;
    this.#conversion = undefined;
  }
}

/** Eight stages, input exclusive-or the last one, fed back before stages 5 and 4 (figure 11). */
function shiftRegister(bytes: readonly number[]): number {
  let stages = [0, 0, 0, 0, 0, 0, 0, 0];
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const [s1, s2, s3, s4, s5, s6, s7, s8] = stages as [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      const feed = ((byte >> bit) & 1) ^ s8;
      stages = [feed, s1, s2, s3, s4 ^ feed, s5 ^ feed, s6, s7];
    }
  }
  // The last stage is sent first, so it is the lowest bit.
  return stages.reduce((crc, stage, index) => crc | (stage << (7 - index)), 0);
}
