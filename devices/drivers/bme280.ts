/**
 * BME280 temperature, pressure and humidity sensor (Bosch BST-BME280-DS002, rev. 1.6, 2018).
 *
 * Forced mode only: one measurement for each `startMeasurement`, the part sleeps in between (3.3.3), which
 * also keeps its own warmth out of the reading.
 *
 * Not implemented: normal mode (3.3.4), IIR filter (3.4.4), SPI (6.3).
 */
import type { I2cTarget } from "../../firmware/contracts/i2c.ts";
import { DeviceError } from "../device-error.ts";
import {
  type Bme280Calibration,
  compensateHumidityPercent,
  compensatePressurePa,
  compensateTemperatureC,
  decodeCalibration,
  decodeWords,
  fineTemperature,
} from "./bme280-compensation.ts";

/** 7-bit addresses: SDO to GND, SDO to VDDIO (6.2). */
export const BME280_ADDRESSES = [0x76, 0x77] as const;

/** Operating ranges (Tables 1 to 4), for the quality of a reading. */
export const BME280_RANGE = {
  temperatureC: { min: -40, max: 85 },
  pressurePa: { min: 30_000, max: 110_000 },
  humidityPercent: { min: 0, max: 100 },
} as const;

const REGISTER = {
  calibration: 0x88,
  id: 0xd0,
  reset: 0xe0,
  humidityCalibration: 0xe1,
  controlHumidity: 0xf2,
  status: 0xf3,
  controlMeasure: 0xf4,
  data: 0xf7,
} as const;

const CHIP_ID = 0x60;
const SOFT_RESET = 0xb6;
const FORCED = 0b01;
const STATUS = { measuring: 0x08, copyingCalibration: 0x01 } as const;
/** Longest time from reset to the first transfer, us (Table 1, t_startup). */
const STARTUP_US = 2000;

/** Samples averaged for one value; 0 skips it. */
export type Oversampling = 0 | 1 | 2 | 4 | 8 | 16;

export interface Bme280Options {
  /** Never skipped: the other two cannot be compensated without it. */
  readonly temperature?: Exclude<Oversampling, 0>;
  readonly pressure?: Oversampling;
  readonly humidity?: Oversampling;
}

export interface Bme280Reading {
  /** Degrees C, -40..85, within 1.0 (0.5 at 25). */
  readonly temperatureC: number;
  /** Pa, 30000..110000, within 100. Absent when skipped. */
  readonly pressurePa: number | undefined;
  /** Percent, 0..100, within 3. Absent when skipped. */
  readonly humidityPercent: number | undefined;
}

export class Bme280 {
  readonly #target: I2cTarget;
  readonly #options: Required<Bme280Options>;
  readonly #controlHumidity: number;
  readonly #controlMeasure: number;
  #calibration: Bme280Calibration | undefined;

  /** Oversampling 1 everywhere is what 3.5.1 advises for weather. */
  constructor(target: I2cTarget, { temperature = 1, pressure = 1, humidity = 1 }: Bme280Options = {}) {
    this.#target = target;
    this.#options = { temperature, pressure, humidity };
    this.#controlHumidity = oversamplingCode(humidity);
    this.#controlMeasure = (oversamplingCode(temperature) << 5) | (oversamplingCode(pressure) << 2);
  }

  /** Soft reset (5.4.2); returns the time to wait before `start`, us. Throws `I2cError`. */
  reset(): number {
    this.#target.writeRegister8(REGISTER.reset, SOFT_RESET);
    this.#calibration = undefined;
    return STARTUP_US;
  }

  /** Checks the part and reads its calibration. Throws `I2cError`, `DeviceError`. */
  start(): void {
    const id = this.#target.readRegister8(REGISTER.id);
    // 0x58 is a BMP280, often sold as a BME280: it has no humidity.
    if (id !== CHIP_ID) throw this.#error("wrong_part", `id 0x${id.toString(16)}, expected 0x60`);
    const status = this.#target.readRegister8(REGISTER.status);
    if ((status & STATUS.copyingCalibration) !== 0) throw this.#error("not_ready", "copying calibration");
    const calibration = decodeCalibration(
      this.#target.readRegisters(REGISTER.calibration, 26),
      this.#target.readRegisters(REGISTER.humidityCalibration, 7),
    );
    const [t1] = calibration.t;
    const [p1] = calibration.p;
    if (t1 === 0 || p1 === 0 || (t1 === 0xffff && p1 === 0xffff))
      throw this.#error("bad_calibration", `dig_T1 ${t1}, dig_P1 ${p1}`);
    this.#calibration = calibration;
  }

  /** Starts one measurement; returns the longest time it may take, us. Throws `I2cError`. */
  startMeasurement(): number {
    // Pairs of register and value in one transfer (6.2.1); ctrl_hum counts only once ctrl_meas is written (5.4.3).
    this.#target.write([
      REGISTER.controlHumidity,
      this.#controlHumidity,
      REGISTER.controlMeasure,
      this.#controlMeasure | FORCED,
    ]);
    return measurementTimeUs(this.#options);
  }

  /** The measurement that was started last. Throws `I2cError`, and `DeviceError` when it is not there. */
  read(): Bme280Reading {
    const calibration = this.#calibration;
    if (calibration === undefined) throw new TypeError("read before start");
    this.#checkState(this.#target.readRegisters(REGISTER.controlHumidity, 3));
    const words = decodeWords(this.#target.readRegisters(REGISTER.data, 8));
    const fine = fineTemperature(words.temperature, calibration);
    const { pressure, humidity } = this.#options;
    // A skipped value reads 0x80000 or 0x8000 (5.4.3, 5.4.5), but both are ordinary codes too (0x80000 is near
    // 23 degrees C): only together with the oversampling that the part itself reports do they mean absent.
    return {
      temperatureC: compensateTemperatureC(fine),
      pressurePa: pressure === 0 ? undefined : compensatePressurePa(words.pressure, fine, calibration),
      humidityPercent:
        humidity === 0 ? undefined : compensateHumidityPercent(words.humidity, fine, calibration),
    };
  }

  /** `registers` are ctrl_hum, status and ctrl_meas: still ours, and at rest? */
  #checkState(registers: Uint8Array): void {
    const [controlHumidity = 0, status = 0, controlMeasure = 0] = registers;
    const oversampling = controlMeasure & ~0b11; // the mode returns to sleep by itself (3.3.3)
    if ((controlHumidity & 0b111) !== this.#controlHumidity || oversampling !== this.#controlMeasure)
      throw this.#error(
        "configuration_lost",
        `ctrl_hum 0x${controlHumidity.toString(16)}, ctrl_meas 0x${controlMeasure.toString(16)}`,
      );
    if ((status & STATUS.measuring) !== 0 || (controlMeasure & 0b11) !== 0)
      throw this.#error("not_ready", "still measuring");
  }

  #error(code: DeviceError["code"], detail: string): DeviceError {
    const { bus, address } = this.#target;
    return new DeviceError(code, "BME280", `${bus} 0x${address.toString(16)}`, detail);
  }
}

/** Longest measurement time, us (appendix B 9.1, maximum values). */
export function measurementTimeUs({ temperature, pressure, humidity }: Required<Bme280Options>): number {
  const pressureUs = pressure === 0 ? 0 : 2300 * pressure + 575;
  const humidityUs = humidity === 0 ? 0 : 2300 * humidity + 575;
  return 1250 + 2300 * temperature + pressureUs + humidityUs;
}

/** osrs_t, osrs_p, osrs_h (Tables 20, 23, 24): 0 skips, then 1, 2, 4, 8, 16 samples. */
function oversamplingCode(samples: Oversampling): number {
  return samples === 0 ? 0 : Math.log2(samples) + 1;
}
