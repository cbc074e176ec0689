/**
 * Emulated BME280 at register level (Bosch BST-BME280-DS002, rev. 1.6, memory map Table 18).
 *
 * The calibration is that of a real part, as captured and published in the tests of periph.io/x/devices.
 *
 * Not implemented: normal mode and IIR filter (refused), a mode change queued behind a running measurement
 * (ignored), the shadow registers of a burst read.
 */
import { ChipNak, type I2cChip } from "../../firmware/contracts/chip.ts";
import type { Clock } from "../../runtime/time/clock.ts";
import { type Bme280Trim, humidityWord, pressureWord, temperatureWord } from "./bme280-adc.ts";

const TRIM: Bme280Trim = {
  digT1: 28176,
  digT2: 26220,
  digT3: 50,
  digP1: 38237,
  digP2: -10824,
  digP3: 3024,
  digP4: 7799,
  digP5: -99,
  digP6: -7,
  digP7: 9900,
  digP8: -10230,
  digP9: 4285,
  digH1: 75,
  digH2: 366,
  digH3: 0,
  digH4: 309,
  digH5: 0,
  digH6: 30,
};

const COPY_US = 1000;

export class Bme280Chip implements I2cChip {
  readonly #clock: Clock;
  readonly #memory = new Uint8Array(256);
  #pointer = 0;
  #chipId = 0x60;
  #temperatureC = 20;
  #pressurePa = 101_325;
  #humidityPercent = 50;
  /** ctrl_hum as the last write to ctrl_meas took it over (5.4.3). */
  #humidityOversampling = 0;
  #measuring: { readonly endUs: number; readonly data: readonly number[] } | undefined;
  #stuck = false;
  #copiedUs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.powerUp();
  }

  receive(bytes: Uint8Array): void {
    this.#settle();
    const [register] = bytes;
    if (register === undefined) return;
    if (!isRegister(register)) throw new ChipNak(0, `the BME280 has no register 0x${register.toString(16)}`);
    this.#pointer = register;
    // Pairs of register address and data (6.2.1); an address alone sets the pointer.
    for (let at = 0; at + 1 < bytes.length; at += 2) this.#write(at, bytes[at]!, bytes[at + 1]!);
  }

  transmit(length: number): Uint8Array {
    this.#settle();
    return Uint8Array.from({ length }, () => {
      const register = this.#pointer++;
      if (!isRegister(register)) throw new ChipNak(0, `read past 0x${(register - 1).toString(16)}`);
      return this.#memory[register]!;
    });
  }

  /** Air around the part, degrees C; taken by the next measurement. */
  setTemperatureC(temperatureC: number): void {
    this.#temperatureC = temperatureC;
  }

  /** Pa; taken by the next measurement. */
  setPressurePa(pressurePa: number): void {
    this.#pressurePa = pressurePa;
  }

  /** Relative humidity, percent; taken by the next measurement. */
  setHumidityPercent(humidityPercent: number): void {
    this.#humidityPercent = humidityPercent;
  }

  /** Fault: the measuring bit stays set and no measurement ever ends. */
  stickMeasuring(stuck: boolean): void {
    this.#stuck = stuck;
  }

  /** Fault: another part is soldered on, such as a BMP280 (0x58). */
  setChipId(id: number): void {
    this.#chipId = id;
    this.powerUp();
  }

  /** Power-on reset, also a brown-out: every register returns to its reset state (Table 18). */
  powerUp(): void {
    this.#memory.fill(0);
    this.#memory.set(calibrationRegisters(TRIM), 0x88);
    this.#memory.set(humidityRegisters(TRIM), 0xe1);
    this.#memory.set([0x80, 0x00, 0x00, 0x80, 0x00, 0x00, 0x80, 0x00], 0xf7);
    this.#memory[0xd0] = this.#chipId;
    this.#humidityOversampling = 0;
    this.#measuring = undefined;
    this.#copiedUs = this.#clock.now() + COPY_US;
    this.#settle();
  }

  describe(): string {
    this.#settle();
    const mode = this.#measuring === undefined ? "asleep" : "measuring";
    const pressure = (this.#pressurePa / 100).toFixed(1);
    return `BME280 ${mode}, ${this.#temperatureC.toFixed(2)} °C, ${pressure} hPa, ${this.#humidityPercent.toFixed(1)} %`;
  }

  #write(at: number, register: number, value: number): void {
    switch (register) {
      case 0xe0:
        if (value === 0xb6) this.powerUp(); // other values have no effect (5.4.2)
        return;
      case 0xf2:
        this.#memory[0xf2] = value & 0b111;
        return;
      case 0xf4:
        this.#control(at, value);
        return;
      case 0xf5:
        if (value !== 0) throw new ChipNak(at + 1, "filter and standby time are not emulated");
        return;
      default:
        throw new ChipNak(at, `register 0x${register.toString(16)} cannot be written`);
    }
  }

  #control(at: number, value: number): void {
    const mode = value & 0b11;
    if (mode === 0b11) throw new ChipNak(at + 1, "normal mode is not emulated");
    if (this.#measuring !== undefined) return;
    this.#memory[0xf4] = value;
    this.#humidityOversampling = this.#memory[0xf2]!;
    if (mode === 0) return;
    const samples = [value >> 5, (value >> 2) & 0b111, this.#humidityOversampling].map(samplesOf);
    const [temperature = 0, pressure = 0, humidity = 0] = samples;
    // Appendix B 9.1, typical values, ms.
    const ms = 1 + 2 * temperature + (pressure && 2 * pressure + 0.5) + (humidity && 2 * humidity + 0.5);
    this.#measuring = {
      endUs: this.#clock.now() + ms * 1000,
      data: this.#convert(temperature, pressure, humidity),
    };
    this.#settle();
  }

  /** Data registers 0xF7..0xFE as this measurement will leave them. */
  #convert(temperature: number, pressure: number, humidity: number): readonly number[] {
    const bitsOf = (samples: number) => 16 + Math.log2(samples); // 3.4.2, 3.4.3
    const t = temperature === 0 ? 0x80000 : temperatureWord(this.#temperatureC, TRIM, bitsOf(temperature));
    const p = pressure === 0 ? 0x80000 : pressureWord(this.#pressurePa, t, TRIM, bitsOf(pressure));
    const h = humidity === 0 ? 0x8000 : humidityWord(this.#humidityPercent, t, TRIM);
    const spread = (word: number) => [word >> 12, (word >> 4) & 0xff, (word & 0xf) << 4];
    return [...spread(p), ...spread(t), h >> 8, h & 0xff];
  }

  /** Brings the registers up to the present time. */
  #settle(): void {
    const nowUs = this.#clock.now();
    if (this.#measuring !== undefined && nowUs >= this.#measuring.endUs && !this.#stuck) {
      this.#memory.set(this.#measuring.data, 0xf7);
      this.#memory[0xf4]! &= ~0b11; // back to sleep (3.3.3)
      this.#measuring = undefined;
    }
    const measuring = this.#measuring !== undefined || this.#stuck;
    this.#memory[0xf3] = (measuring ? 0x08 : 0) | (nowUs < this.#copiedUs ? 0x01 : 0);
  }
}

function isRegister(register: number): boolean {
  return (
    (register >= 0x88 && register <= 0xa1) ||
    register === 0xd0 ||
    (register >= 0xe0 && register <= 0xf0) ||
    (register >= 0xf2 && register <= 0xfe && register !== 0xf6)
  );
}

function samplesOf(osrs: number): number {
  return osrs === 0 ? 0 : 2 ** (Math.min(osrs, 5) - 1); // 101 and above: 16 samples
}

/** 0x88..0xA1: low byte first; 0xA0 is reserved. */
function calibrationRegisters(trim: Bme280Trim): readonly number[] {
  const { digT1, digT2, digT3, digP1, digP2, digP3, digP4, digP5, digP6, digP7, digP8, digP9 } = trim;
  const words = [digT1, digT2, digT3, digP1, digP2, digP3, digP4, digP5, digP6, digP7, digP8, digP9];
  return [...words.flatMap((word) => [word & 0xff, (word >> 8) & 0xff]), 0, trim.digH1];
}

/** 0xE1..0xE7: 0xE5 holds the low nibbles of dig_H4 (bits 3..0) and dig_H5 (bits 7..4). */
function humidityRegisters({ digH2, digH3, digH4, digH5, digH6 }: Bme280Trim): readonly number[] {
  const shared = ((digH5 & 0xf) << 4) | (digH4 & 0xf);
  return [
    digH2 & 0xff,
    (digH2 >> 8) & 0xff,
    digH3,
    (digH4 >> 4) & 0xff,
    shared,
    (digH5 >> 4) & 0xff,
    digH6 & 0xff,
  ];
}
