/**
 * BME280 compensation: raw words to physical units with the part's own calibration.
 *
 * The double precision formulas of BST-BME280-DS002 appendix A 8.1 (the fixed-point ones of 4.2.3 differ by
 * less than 0.01 degrees C, 0.3 Pa and 0.005 %). One departure: t_fine keeps its fraction, where the appendix
 * cuts it to an integer. That costs up to 0.01 Pa, and only with the fraction does the published worked
 * example of the sister part (BST-BMP280-DS001 3.12: 100653.27 Pa) come out to its last digit.
 */

/** Trimming parameters as Table 16 names them: dig_T1..3, dig_P1..9, dig_H1..6. */
export interface Bme280Calibration {
  readonly t: readonly [number, number, number];
  readonly p: readonly [number, number, number, number, number, number, number, number, number];
  readonly h: readonly [number, number, number, number, number, number];
}

/** Unsigned ADC words of 0xF7..0xFE: 20, 20 and 16 bits. */
export interface Bme280Words {
  readonly pressure: number;
  readonly temperature: number;
  readonly humidity: number;
}

/** Calibration from 0x88..0xA1 (26 bytes) and 0xE1..0xE7 (7 bytes), Table 16. Little-endian words. */
export function decodeCalibration(low: Uint8Array, high: Uint8Array): Bme280Calibration {
  const first = new DataView(low.buffer, low.byteOffset, low.byteLength);
  const second = new DataView(high.buffer, high.byteOffset, high.byteLength);
  const signed = (offset: number) => first.getInt16(offset, true);
  const nibbles = second.getUint8(4); // 0xE5: low half belongs to H4, high half to H5
  return {
    t: [first.getUint16(0, true), signed(2), signed(4)],
    p: [
      first.getUint16(6, true),
      signed(8),
      signed(10),
      signed(12),
      signed(14),
      signed(16),
      signed(18),
      signed(20),
      signed(22),
    ],
    h: [
      first.getUint8(25), // 0xA1; 0xA0 is reserved
      second.getInt16(0, true),
      second.getUint8(2),
      second.getInt8(3) * 16 + (nibbles & 0x0f), // 12 bits signed: the sign is in 0xE4
      second.getInt8(5) * 16 + (nibbles >> 4), // 12 bits signed: the sign is in 0xE6
      second.getInt8(6),
    ],
  };
}

/** The burst 0xF7..0xFE (8 bytes): pressure and temperature left-aligned in three bytes, humidity in two. */
export function decodeWords(burst: Uint8Array): Bme280Words {
  const view = new DataView(burst.buffer, burst.byteOffset, burst.byteLength);
  return {
    pressure: view.getUint32(0) >>> 12,
    temperature: view.getUint32(3) >>> 12,
    humidity: view.getUint16(6),
  };
}

/** t_fine, the temperature that the other two formulas need: degrees C times 5120. */
export function fineTemperature(word: number, { t }: Bme280Calibration): number {
  const offset = word / 16384 - t[0] / 1024;
  return offset * t[1] + (offset / 8) ** 2 * t[2];
}

/** Degrees C from t_fine. Operating range -40..85, resolution 0.005 at oversampling 1. */
export function compensateTemperatureC(fine: number): number {
  return fine / 5120;
}

/** Pascal. Operating range 30000..110000; dig_P1 must not be 0. */
export function compensatePressurePa(word: number, fine: number, { p }: Bme280Calibration): number {
  const [p1, p2, p3, p4, p5, p6, p7, p8, p9] = p;
  const x = fine / 2 - 64000;
  const offset = (x * x * (p6 / 32768) + x * p5 * 2) / 4 + p4 * 65536;
  const sensitivity = (1 + ((p3 * x * x) / 524288 + p2 * x) / 524288 / 32768) * p1;
  const linear = ((1048576 - word - offset / 4096) * 6250) / sensitivity;
  return linear + ((p9 * linear * linear) / 2147483648 + (linear * p8) / 32768 + p7) / 16;
}

/** Relative humidity, percent, limited to 0..100 as the datasheet does. */
export function compensateHumidityPercent(word: number, fine: number, { h }: Bme280Calibration): number {
  const [h1, h2, h3, h4, h5, h6] = h;
  const x = fine - 76800;
  const offset = h4 * 64 + (h5 / 16384) * x;
  const slope = (h2 / 65536) * (1 + (h6 / 67108864) * x * (1 + (h3 / 67108864) * x));
  const linear = (word - offset) * slope;
  const humidity = linear * (1 - (h1 * linear) / 524288);
  return Math.min(100, Math.max(0, humidity));
}
