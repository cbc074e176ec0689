import * as assert from "uvu/assert";
import { Ads1115Chip } from "../../devices/chips/ads1115.ts";
import { DeviceError } from "../../devices/device-error.ts";
import {
  Ads1115,
  type Ads1115Options,
  conversionTimeUs,
  decodeVolts,
} from "../../devices/drivers/ads1115.ts";
import { I2cError } from "../../firmware/contracts/i2c.ts";
import { spec } from "../harness/spec.ts";
import { HandClock } from "./hand-clock.ts";
import { WiredChip } from "./wired-chip.ts";

function board(options?: Ads1115Options) {
  const clock = new HandClock();
  const chip = new Ads1115Chip(clock);
  const wire = new WiredChip(chip, 0x48);
  return { clock, chip, wire, driver: new Ads1115(wire, options) };
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof DeviceError || error instanceof I2cError) return error.code;
    throw error;
  }
  throw new Error("nothing was thrown");
}

spec("conversion words decode as the table of 9.5.4 says", () => {
  assert.is(decodeVolts(0x7fff, 4.096), 4.095875);
  assert.is(decodeVolts(0x0001, 4.096), 0.000125);
  assert.is(decodeVolts(0x0000, 4.096), 0);
  assert.is(decodeVolts(0xffff, 4.096), -0.000125);
  assert.is(decodeVolts(0x8000, 4.096), -4.096);
  assert.is(decodeVolts(0x4000, 2.048), 1.024);
  assert.is(decodeVolts(0x0001, 0.256), 0.0000078125);
});

spec("the wait covers the wake-up and an oscillator 10 % slow", () => {
  assert.is(conversionTimeUs(128), 8791);
  assert.is(conversionTimeUs(8), 138_999);
  assert.is(conversionTimeUs(860), 1402);
});

spec("at power-up the config register reads 0x8583", () => {
  assert.is(board().wire.readRegister16(1), 0x8583);
});

spec("start writes the settings without starting, and reads them back", () => {
  const { driver, wire } = board();
  driver.start();
  assert.equal(wire.takeLog(), ["48 w 01 43 83", "48 w 01", "48 r c3 83"]);
});

spec("a conversion of AIN2 selects it, polls the OS bit and reads 125 uV steps", () => {
  const { driver, wire, chip, clock } = board();
  driver.start();
  wire.takeLog();
  chip.setVolts(2, 1.5);
  assert.is(driver.startMeasurement(2), 8791);
  assert.is(
    codeOf(() => driver.read()),
    "not_ready",
  );
  clock.advanceUs(8791);
  assert.equal(driver.read(), { volts: 1.5, clipped: false });
  assert.equal(wire.takeLog(), [
    "48 w 01 e3 83",
    "48 w 01",
    "48 r 63 83",
    "48 w 01",
    "48 r e3 83",
    "48 w 00",
    "48 r 2e e0",
  ]);
});

spec("each channel reads its own input", () => {
  const { driver, chip, clock } = board();
  for (const channel of [0, 1, 2, 3] as const) chip.setVolts(channel, channel + 0.25);
  for (const channel of [0, 1, 2, 3] as const) {
    clock.advanceUs(driver.startMeasurement(channel));
    assert.is(driver.read().volts, channel + 0.25);
  }
});

spec("range and data rate go into their fields", () => {
  const { driver, wire } = board({ fullScaleVolts: 2.048, samplesPerSecond: 860 });
  assert.is(driver.startMeasurement(0), 1402);
  assert.equal(wire.takeLog(), ["48 w 01 c5 e3"]);
});

spec("an input at full scale is clipped", () => {
  const { driver, chip, clock } = board({ fullScaleVolts: 1.024 });
  chip.setVolts(0, 3.3);
  clock.advanceUs(driver.startMeasurement(0));
  assert.equal(driver.read(), { volts: 1.024 * (32767 / 32768), clipped: true });
});

spec("below ground the diodes clamp and the word is negative", () => {
  const { driver, chip, clock } = board();
  chip.setVolts(0, -5);
  clock.advanceUs(driver.startMeasurement(0));
  assert.is(driver.read().volts.toFixed(3), "-0.300");
});

spec("a conversion that never ends is not_ready", () => {
  const { driver, chip, clock } = board();
  chip.stickConverting(true);
  clock.advanceUs(driver.startMeasurement(0) + 1e6);
  assert.is(
    codeOf(() => driver.read()),
    "not_ready",
  );
});

spec("a brown-out is a lost configuration, not 0 V", () => {
  const { driver, chip, clock } = board();
  chip.setVolts(0, 1);
  clock.advanceUs(driver.startMeasurement(0));
  chip.powerUp();
  assert.is(
    codeOf(() => driver.read()),
    "configuration_lost",
  );
});

spec("something else at the address does not keep the settings", () => {
  const other = { receive: () => {}, transmit: (n: number) => new Uint8Array(n), describe: () => "other" };
  assert.is(
    codeOf(() => new Ads1115(new WiredChip(other, 0x48)).start()),
    "wrong_part",
  );
});

spec("an absent chip naks its address", () => {
  const { driver, wire } = board();
  wire.break("address_nak");
  assert.is(
    codeOf(() => driver.startMeasurement(0)),
    "address_nak",
  );
  assert.equal(wire.takeLog(), ["48 w address_nak"]);
});

spec("unplugged between config and conversion: the read throws", () => {
  const { driver, wire, clock } = board();
  clock.advanceUs(driver.startMeasurement(1));
  wire.takeLog();
  wire.break("address_nak", 3);
  assert.is(
    codeOf(() => driver.read()),
    "address_nak",
  );
  assert.equal(wire.takeLog(), ["48 w 01", "48 r d3 83", "48 w 00", "48 r address_nak"]);
});

spec("the chip refuses what it does not have", () => {
  const { wire } = board();
  assert.is(
    codeOf(() => wire.readRegister16(4)),
    "data_nak",
  );
  assert.is(
    codeOf(() => wire.writeRegister16(1, 0x8483)),
    "data_nak",
  );
});

spec("the chip describes itself in one line", () => {
  assert.is(board().chip.describe(), "ADS1115 idle, inputs 0.000 0.000 0.000 0.000 V, config 0x8583");
});
