import * as assert from "uvu/assert";
import { Bme280Chip } from "../../devices/chips/bme280.ts";
import { DeviceError } from "../../devices/device-error.ts";
import { Bme280, measurementTimeUs } from "../../devices/drivers/bme280.ts";
import {
  type Bme280Calibration,
  compensateHumidityPercent,
  compensatePressurePa,
  compensateTemperatureC,
  decodeCalibration,
  decodeWords,
  fineTemperature,
} from "../../devices/drivers/bme280-compensation.ts";
import { I2cError } from "../../firmware/contracts/i2c.ts";
import { spec } from "../harness/spec.ts";
import { HandClock } from "./hand-clock.ts";
import { WiredChip } from "./wired-chip.ts";

/** A captured BME280: registers, one burst, and its published result (periph.io/x/devices, bmx280_test.go). */
const CAPTURED = {
  low: "10 6e 6c 66 32 00 5d 95 b8 d5 d0 0b 77 1e 9d ff f9 ff ac 26 0a d8 bd 10 00 4b",
  high: "6e 01 00 13 05 00 1e",
  burst: "4a 52 c0 80 96 c0 7a 76",
};

const bytes = (text: string) => Uint8Array.from(text.split(" "), (byte) => Number.parseInt(byte, 16));
const captured = () => decodeCalibration(bytes(CAPTURED.low), bytes(CAPTURED.high));

function near(actual: number | undefined, expected: number, within: number): void {
  assert.ok(
    actual !== undefined && Math.abs(actual - expected) <= within,
    `${actual} is not ${expected} ± ${within}`,
  );
}

function compensated(
  words: { pressure: number; temperature: number; humidity: number },
  c: Bme280Calibration,
) {
  const fine = fineTemperature(words.temperature, c);
  return {
    temperatureC: compensateTemperatureC(fine),
    pressurePa: compensatePressurePa(words.pressure, fine, c),
    humidityPercent: compensateHumidityPercent(words.humidity, fine, c),
  };
}

function fails(run: () => unknown): { name: string; code: string } {
  try {
    run();
  } catch (error) {
    if (error instanceof DeviceError || error instanceof I2cError)
      return { name: error.name, code: error.code };
    throw error;
  }
  throw new Error("nothing was thrown");
}

function board(options = {}) {
  const clock = new HandClock();
  const chip = new Bme280Chip(clock);
  const wire = new WiredChip(chip, 0x76);
  const driver = new Bme280(wire, options);
  clock.advanceUs(2000);
  return { clock, chip, wire, driver };
}

function started(options = {}) {
  const parts = board(options);
  parts.driver.start();
  parts.wire.takeLog();
  return parts;
}

function measured({ clock, driver }: ReturnType<typeof started>) {
  clock.advanceUs(driver.startMeasurement());
  return driver.read();
}

spec("the worked example of BST-BMP280-DS001 3.12 comes out to its last digit", () => {
  const c: Bme280Calibration = {
    t: [27504, 26435, -1000],
    p: [36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000],
    h: [0, 0, 0, 0, 0, 0],
  };
  const fine = fineTemperature(519888, c);
  assert.is(Math.trunc(fine), 128422);
  assert.is(compensateTemperatureC(fine).toFixed(2), "25.08");
  assert.is(compensatePressurePa(415148, fine, c).toFixed(2), "100653.27");
});

spec("calibration registers decode as Table 16 says", () => {
  assert.equal(captured(), {
    t: [28176, 26220, 50],
    p: [38237, -10824, 3024, 7799, -99, -7, 9900, -10230, 4285],
    h: [75, 366, 0, 309, 0, 30],
  });
});

spec("dig_H4 and dig_H5 share register 0xE5 and are signed 12-bit words", () => {
  const packed = (text: string) => decodeCalibration(bytes(CAPTURED.low), bytes(text)).h.slice(3, 5);
  // E4 17, E5 2c, E6 03 of another captured part: H4 = 0x17c, H5 = 0x032, not 0x172 and 0x03c
  assert.equal(packed("52 01 00 17 2c 03 1e"), [380, 50]);
  assert.equal(packed("52 01 00 ff ff ff 1e"), [-1, -1]);
  assert.equal(packed("52 01 00 80 00 80 1e"), [-2048, -2048]);
  assert.equal(packed("52 01 00 7f ff 7f 1e"), [2047, 2047]);
});

spec("dig_H6 is signed", () => {
  const { h } = decodeCalibration(bytes(CAPTURED.low), bytes("6e 01 00 13 05 00 e2"));
  assert.is(h[5], -30);
});

spec("the burst holds 20, 20 and 16 bits", () => {
  assert.equal(decodeWords(bytes(CAPTURED.burst)), {
    pressure: 0x4a52c,
    temperature: 0x8096c,
    humidity: 0x7a76,
  });
  assert.equal(decodeWords(bytes("ff ff f0 00 00 00 ff ff")), {
    pressure: 0xfffff,
    temperature: 0,
    humidity: 0xffff,
  });
});

spec("a captured measurement gives its published result", () => {
  const { temperatureC, pressurePa, humidityPercent } = compensated(
    decodeWords(bytes(CAPTURED.burst)),
    captured(),
  );
  near(temperatureC, 23.72, 0.005);
  near(pressurePa, 100942.695, 0.3); // published from the fixed-point formula
  near(humidityPercent, 65.3056, 0.005);
});

spec("two more published results come out, given the coefficients they were computed with", () => {
  // elixir-sensors/bmp280, bme280_sensor_test.exs
  const first: Bme280Calibration = {
    t: [28189, 26285, 50],
    p: [36635, -10696, 3024, 11092, -241, -7, 12300, -12000, 5000],
    h: [75, 338, 0, 370, 60, 30],
  };
  const one = compensated(decodeWords(bytes("45 59 40 82 f3 00 89 6d")), first);
  near(one.temperatureC, 26.746, 0.0001);
  near(one.pressurePa, 100391.49, 0.01);
  near(one.humidityPercent, 59.2, 0.1);
  const second: Bme280Calibration = {
    t: [28297, 26729, 50],
    p: [37189, -10580, 3024, 8137, -87, -7, 9900, -10230, 4285],
    h: [75, 394, 0, 242, 56, 30],
  };
  const two = compensated(decodeWords(bytes("4d 4b 10 7e 0f 80 66 9e")), second);
  near(two.temperatureC, 20.2649, 0.0001);
  near(two.pressurePa, 100278.4, 0.01);
  near(two.humidityPercent, 64.4, 0.1);
});

spec("cold, hot and humid words agree with the fixed-point formulas of 4.2.3", () => {
  // Words and results worked out apart from this code, in integers, with the captured calibration.
  const rows: readonly (readonly [number, number, number, number, number, number])[] = [
    [0x56000, 0x4a000, 0x7000, -30.8, 92158.14, 44.189],
    [0x66000, 0x49000, 0x6400, -10.32, 96112.65, 30.505],
    [0x60000, 0x60000, 0x4000, -18.0, 80470.27, 0],
    [0x80000, 0x80000, 0x8000, 22.97, 64953.61, 73.098],
    [0x80000, 0x50000, 0xc000, 22.97, 97007.61, 100],
    [0xc0000, 0x30000, 0x9000, 104.97, 135105.71, 100],
  ];
  for (const [temperature, pressure, humidity, t, p, h] of rows) {
    const result = compensated({ temperature, pressure, humidity }, captured());
    near(result.temperatureC, t, 0.006);
    near(result.pressurePa, p, 0.05);
    near(result.humidityPercent, h, 0.003);
  }
});

spec("the longest measurement time follows appendix B 9.1", () => {
  assert.is(measurementTimeUs({ temperature: 1, pressure: 1, humidity: 1 }), 9300);
  assert.is(measurementTimeUs({ temperature: 1, pressure: 4, humidity: 0 }), 13325);
  assert.is(measurementTimeUs({ temperature: 16, pressure: 16, humidity: 16 }), 112800);
});

spec("start checks the id and the copy of the calibration, then reads both blocks", () => {
  const { driver, wire } = board();
  driver.start();
  assert.equal(wire.takeLog(), [
    "76 w d0",
    "76 r 60",
    "76 w f3",
    "76 r 00",
    "76 w 88",
    `76 r ${CAPTURED.low}`,
    "76 w e1",
    `76 r ${CAPTURED.high}`,
  ]);
});

spec("a measurement writes ctrl_hum before ctrl_meas, waits, and reads one burst", () => {
  const parts = started();
  const { driver, wire, clock, chip } = parts;
  chip.setTemperatureC(-10.3217);
  chip.setPressurePa(96_112.65);
  chip.setHumidityPercent(30.5049);
  assert.is(driver.startMeasurement(), 9300);
  clock.advanceUs(9300);
  const { temperatureC, pressurePa, humidityPercent } = driver.read();
  assert.equal(wire.takeLog(), [
    "76 w f2 01 f4 25",
    "76 w f2",
    "76 r 01 00 24",
    "76 w f7",
    "76 r 49 00 00 66 00 00 64 00",
  ]);
  near(temperatureC, -10.32, 0.006);
  near(pressurePa, 96_112.65, 0.05);
  near(humidityPercent, 30.505, 0.003);
  assert.equal(wire.takeLog(), []);
});

spec("driver and chip agree over the operating range at oversampling 16", () => {
  const parts = started({ temperature: 16, pressure: 16, humidity: 16 });
  for (const t of [-40, -20.5, -0.01, 0, 21, 25.3, 60, 85]) {
    for (const p of [30_000, 87_000, 101_325, 110_000]) {
      for (const h of [5, 45, 95]) {
        parts.chip.setTemperatureC(t);
        parts.chip.setPressurePa(p);
        parts.chip.setHumidityPercent(h);
        const reading = measured(parts);
        near(reading.temperatureC, t, 0.01);
        near(reading.pressurePa, p, 1);
        near(reading.humidityPercent, h, 0.05);
      }
    }
  }
});

spec("a skipped value is absent", () => {
  const parts = started({ pressure: 0, humidity: 0 });
  parts.chip.setTemperatureC(21);
  const reading = measured(parts);
  assert.equal(parts.wire.takeLog(), [
    "76 w f2 00 f4 21",
    "76 w f2",
    "76 r 00 00 20",
    "76 w f7",
    "76 r 80 00 00 7e 77 00 80 00",
  ]);
  near(reading.temperatureC, 21, 0.006);
  assert.is(reading.pressurePa, undefined);
  assert.is(reading.humidityPercent, undefined);
});

spec("a true word that looks skipped is still a value", () => {
  const parts = started();
  parts.chip.setTemperatureC(22.9677);
  parts.chip.setHumidityPercent(73.0977);
  const reading = measured(parts);
  assert.match(parts.wire.takeLog().at(-1) ?? "", / 80 00 00 80 00$/);
  near(reading.temperatureC, 22.97, 0.01);
  near(reading.humidityPercent, 73.1, 0.01);
});

spec("reset sends the reset word and asks for the start-up time", () => {
  const { driver, wire } = board();
  assert.is(driver.reset(), 2000);
  assert.equal(wire.takeLog(), ["76 w e0 b6"]);
  assert.equal(
    fails(() => driver.start()),
    { name: "DeviceError", code: "not_ready" },
  );
});

spec("a read before the measurement has ended is refused, and works afterwards", () => {
  const { driver, clock } = started();
  driver.startMeasurement();
  clock.advanceUs(7999); // typically 1 + 2 + 2.5 + 2.5 ms
  assert.is(fails(() => driver.read()).code, "not_ready");
  clock.advanceUs(1);
  near(driver.read().temperatureC, 20, 0.006);
});

spec("a stuck measuring bit is not_ready, for ever", () => {
  const { driver, clock, chip } = started();
  chip.stickMeasuring(true);
  clock.advanceUs(driver.startMeasurement());
  assert.is(fails(() => driver.read()).code, "not_ready");
  clock.advanceUs(60_000_000);
  assert.is(fails(() => driver.read()).code, "not_ready");
});

spec("a BMP280 in its place is the wrong part", () => {
  const { driver, chip, wire } = board();
  chip.setChipId(0x58);
  assert.equal(
    fails(() => driver.start()),
    { name: "DeviceError", code: "wrong_part" },
  );
  assert.equal(wire.takeLog(), ["76 w d0", "76 r 58"]);
});

spec("a brown-out between start and read is a lost configuration, not a value", () => {
  const { driver, clock, chip } = started();
  clock.advanceUs(driver.startMeasurement());
  chip.powerUp();
  clock.advanceUs(2000);
  assert.equal(
    fails(() => driver.read()),
    { name: "DeviceError", code: "configuration_lost" },
  );
});

spec("an absent chip naks its address", () => {
  const { driver, wire } = board();
  wire.break("address_nak");
  assert.equal(
    fails(() => driver.start()),
    { name: "I2cError", code: "address_nak" },
  );
  assert.equal(wire.takeLog(), ["76 w address_nak"]);
});

spec("unplugged between status and burst: the read throws and gives no half value", () => {
  const { driver, clock, wire } = started();
  clock.advanceUs(driver.startMeasurement());
  wire.takeLog();
  wire.break("address_nak", 3);
  assert.is(fails(() => driver.read()).code, "address_nak");
  assert.equal(wire.takeLog(), ["76 w f2", "76 r 01 00 24", "76 w f7", "76 r address_nak"]);
  wire.mend();
  near(driver.read().temperatureC, 20, 0.006);
});

spec("blank calibration is refused", () => {
  const low = new Uint8Array(26);
  const blank = { receive: () => {}, transmit: (n: number) => (n === 1 ? answer.shift()! : low.slice(0, n)) };
  const answer = [Uint8Array.of(0x60), Uint8Array.of(0)];
  const driver = new Bme280(new WiredChip({ ...blank, describe: () => "blank" }, 0x76));
  assert.is(fails(() => driver.start()).code, "bad_calibration");
});

spec("a read before start is a defect", () => {
  const { driver } = board();
  assert.throws(
    () => driver.read(),
    (error: unknown) => error instanceof TypeError,
  );
});

spec("the chip refuses registers it does not have", () => {
  const { wire } = board();
  assert.is(fails(() => wire.readRegister8(0x10)).code, "data_nak");
  assert.is(fails(() => wire.writeRegister8(0xd0, 1)).code, "data_nak");
});

spec("the chip describes itself in one line", () => {
  assert.is(board().chip.describe(), "BME280 asleep, 20.00 °C, 1013.3 hPa, 50.0 %");
});
