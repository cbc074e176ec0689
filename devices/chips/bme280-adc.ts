/**
 * What the BME280's converter would read: physical values to raw words, by searching the 64-bit fixed-point
 * formulas of BST-BME280-DS002 4.2.3 for the code that gives the value.
 *
 * Written apart from every driver and from other formulas than theirs, so that a misreading on one side shows.
 * Cost: about 60 evaluations for a measurement, tens of microseconds.
 */

/** Trimming words under their datasheet names (Table 16). */
export interface Bme280Trim {
  readonly digT1: number;
  readonly digT2: number;
  readonly digT3: number;
  readonly digP1: number;
  readonly digP2: number;
  readonly digP3: number;
  readonly digP4: number;
  readonly digP5: number;
  readonly digP6: number;
  readonly digP7: number;
  readonly digP8: number;
  readonly digP9: number;
  readonly digH1: number;
  readonly digH2: number;
  readonly digH3: number;
  readonly digH4: number;
  readonly digH5: number;
  readonly digH6: number;
}

/** 20-bit word for a temperature in degrees C, cut to the `bits` that the oversampling resolves (3.4.3). */
export function temperatureWord(temperatureC: number, trim: Bme280Trim, bits: number): number {
  const wanted = Math.round(temperatureC * 5120);
  return resolve(
    search(20, (code) => tFine(code, trim) >= wanted),
    bits,
  );
}

/** 20-bit word for a pressure in Pa when the temperature word is `temperature`; falls as pressure rises. */
export function pressureWord(
  pressurePa: number,
  temperature: number,
  trim: Bme280Trim,
  bits: number,
): number {
  const wanted = BigInt(Math.round(pressurePa * 256));
  const fine = tFine(temperature, trim);
  return resolve(
    search(20, (code) => pressureQ24(code, fine, trim) <= wanted),
    bits,
  );
}

/** 16-bit word for a relative humidity in percent when the temperature word is `temperature`. */
export function humidityWord(humidityPercent: number, temperature: number, trim: Bme280Trim): number {
  const wanted = BigInt(Math.min(102_399, Math.round(humidityPercent * 1024))); // just below saturation
  const fine = tFine(temperature, trim);
  // The formula gives pairs of codes the same value: take the upper one, which is the truer.
  return search(16, (code) => humidityQ22(code, fine, trim) > wanted) - 1;
}

/** Lowest code of `width` bits for which `reached` holds; the highest code when it never does. */
function search(width: number, reached: (code: number) => boolean): number {
  let code = 0;
  for (let bit = 2 ** (width - 1); bit >= 1; bit /= 2) {
    if (!reached(code + bit - 1)) code += bit;
  }
  return code;
}

/** Nearest code of 20 bits that a converter of `bits` bits can give. */
function resolve(code: number, bits: number): number {
  const step = 2 ** (20 - bits);
  return Math.min(2 ** 20 - step, Math.round(code / step) * step);
}

function tFine(code: number, { digT1, digT2, digT3 }: Bme280Trim): number {
  const coarse = ((code >> 3) - (digT1 << 1)) * digT2;
  const square = ((code >> 4) - digT1) ** 2;
  return Math.floor(coarse / 2048) + Math.floor((Math.floor(square / 4096) * digT3) / 16384);
}

function pressureQ24(code: number, fine: number, trim: Bme280Trim): bigint {
  const n = (word: number) => BigInt(word);
  const d = n(fine) - 128_000n;
  let slope = d * d * n(trim.digP6);
  slope += (d * n(trim.digP5)) << 17n;
  slope += n(trim.digP4) << 35n;
  let gain = ((d * d * n(trim.digP3)) >> 8n) + ((d * n(trim.digP2)) << 12n);
  gain = (((1n << 47n) + gain) * n(trim.digP1)) >> 33n;
  let p = ((((1_048_576n - n(code)) << 31n) - slope) * 3125n) / gain;
  const quadratic = (n(trim.digP9) * (p >> 13n) * (p >> 13n)) >> 25n;
  const linear = (n(trim.digP8) * p) >> 19n;
  p = ((p + quadratic + linear) >> 8n) + (n(trim.digP7) << 4n);
  return p;
}

function humidityQ22(code: number, fine: number, trim: Bme280Trim): bigint {
  const n = (word: number) => BigInt(word);
  const d = n(fine) - 76_800n;
  const input = ((n(code) << 14n) - (n(trim.digH4) << 20n) - n(trim.digH5) * d + 16_384n) >> 15n;
  const bend = ((d * n(trim.digH6)) >> 10n) * (((d * n(trim.digH3)) >> 11n) + 32_768n);
  const scale = (((bend >> 10n) + 2_097_152n) * n(trim.digH2) + 8192n) >> 14n;
  let v = input * scale;
  v -= ((((v >> 15n) * (v >> 15n)) >> 7n) * n(trim.digH1)) >> 4n;
  if (v < 0n) v = 0n;
  if (v > 419_430_400n) v = 419_430_400n;
  return v >> 12n;
}
