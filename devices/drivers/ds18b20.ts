/**
 * DS18B20 temperature sensor on 1-wire (Maxim Integrated 19-7487 rev 6, 2019).
 *
 * Not implemented: alarms (table 3, Alarm Search), EEPROM (Copy Scratchpad), telling parasite power.
 */
import type { W1Target } from "../../firmware/contracts/w1.ts";
import { DeviceError } from "../device-error.ts";

/** First byte of its number. */
export const DS18B20_FAMILY = 0x28;

const COMMAND = { convert: 0x44, writeScratchpad: 0x4e, readScratchpad: 0xbe } as const; // table 3
const SCRATCHPAD_BYTES = 9; // figure 9
/** Alarm bytes as they leave the factory, 75 and 70 degrees C: written along with the resolution (figure 9). */
const ALARMS = [0x4b, 0x46] as const;
/** What the temperature register holds from power-up to the first conversion: 85 degrees C (figure 9, note). */
const POWER_UP = 0x0550;
/** Nearer to 85 degrees than this the last time, it may well be 85 now. */
const NEAR_C = 5;
/** To address it, start and read: some 30 bytes at 16 kbit/s, us. */
const WIRE_US = 40_000;

/** How much longer a result may take where others are on the bus, ms: a conversion of theirs comes first. */
export const LONGEST_DELAY_MS = 1000;

/** Resolution, bits. */
export type Ds18b20Bits = 9 | 10 | 11 | 12;

export interface Ds18b20Reading {
  /** Degrees C, -55..125 where the part is well, in steps of 0.5 (9 bits) to 0.0625 (12 bits). */
  readonly temperatureC: number;
  /** `checksum`: noise on the wire. `power_up`: it lost power since it was told to convert, or it is just so warm. */
  readonly doubt: "checksum" | "power_up" | undefined;
}

export class Ds18b20 {
  readonly #target: W1Target;
  readonly #bits: Ds18b20Bits;
  #lastC: number | undefined;

  constructor(target: W1Target, bits: Ds18b20Bits = 12) {
    this.#target = target;
    this.#bits = bits;
  }

  /** Sets the resolution. Throws `W1Error`. */
  start(): void {
    this.#target.write([COMMAND.writeScratchpad, ...ALARMS, encodeResolution(this.#bits)]);
  }

  /** Starts a conversion; returns the time after which `read` may be called, us. Throws `W1Error`. */
  startConversion(): number {
    this.#target.write([COMMAND.convert]);
    return readyUs(this.#bits);
  }

  /**
   * What the conversion gave. Throws `W1Error`, `not_ready` while others on the bus keep it from converting, and
   * `DeviceError` when the wire carries nothing, or the resolution is not what was set: it lost power meanwhile.
   */
  read(): Ds18b20Reading {
    const bytes = this.#target.writeRead([COMMAND.readScratchpad], SCRATCHPAD_BYTES);
    // A wire that is cut reads ones, one at ground zeros, whose checksum is right.
    if (bytes.every((byte) => byte === bytes[0])) {
      throw this.#error("no_answer", `the wire is always ${bytes[0] === 0 ? "low" : "high"}`);
    }
    const isRight = checksum(bytes.subarray(0, SCRATCHPAD_BYTES - 1)) === bytes[SCRATCHPAD_BYTES - 1];
    if (isRight && bytes[4] !== encodeResolution(this.#bits)) {
      throw this.#error("configuration_lost", `its resolution is not ${this.#bits} bits any more`);
    }
    const raw = bytes[0]! | (bytes[1]! << 8);
    const temperatureC = decodeTemperatureC(raw, this.#bits);
    if (!isRight) return { temperatureC, doubt: "checksum" };
    const wasNear = this.#lastC !== undefined && Math.abs(this.#lastC - temperatureC) < NEAR_C;
    const doubt = raw === POWER_UP && !wasNear ? "power_up" : undefined;
    if (doubt === undefined) this.#lastC = temperatureC;
    return { temperatureC, doubt };
  }

  #error(code: "no_answer" | "configuration_lost", detail: string): DeviceError {
    return new DeviceError(code, "DS18B20", `${this.#target.bus}, device ${this.#target.place}`, detail);
  }
}

/** From the command to the result, us: the longest conversion (table 2, tCONV), and the wire. */
export function readyUs(bits: Ds18b20Bits): number {
  return 750_000 / 2 ** (12 - bits) + WIRE_US;
}

/** Temperature register to degrees C (figure 4): two's complement in 1/16; bits below the resolution are undefined (table 2). */
export function decodeTemperatureC(raw: number, bits: Ds18b20Bits): number {
  return (((raw << 16) >> 16) & (-1 << (12 - bits))) / 16;
}

/** Configuration register: 0 R1 R0 11111 (figure 10, table 2). */
function encodeResolution(bits: Ds18b20Bits): number {
  return ((bits - 9) << 5) | 0x1f;
}

/** CRC of 1-wire, X^8 + X^5 + X^4 + 1, lowest bit first (figure 11). */
export function checksum(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0x8c : crc >> 1;
  }
  return crc;
}
