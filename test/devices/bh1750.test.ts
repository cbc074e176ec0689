import * as assert from "uvu/assert";
import { Bh1750Chip } from "../../devices/chips/bh1750.ts";
import { Bh1750, decodeIlluminanceLx } from "../../devices/drivers/bh1750.ts";
import { I2cError } from "../../firmware/contracts/i2c.ts";
import { spec } from "../harness/spec.ts";
import { HandClock } from "./hand-clock.ts";
import { WiredChip } from "./wired-chip.ts";

function board(address: 0x23 | 0x5c = 0x23) {
  const clock = new HandClock();
  const chip = new Bh1750Chip(clock);
  const wire = new WiredChip(chip, address);
  return { clock, chip, wire, driver: new Bh1750(wire) };
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof I2cError) return error.code;
    throw error;
  }
  throw new Error("nothing was thrown");
}

spec("the example of page 10 is about 28067 lx", () => {
  assert.is(Math.round(decodeIlluminanceLx(0b1000_0011_1001_0000)), 28067);
});

spec("dark is 0 lx and a full counter 54612 lx", () => {
  assert.is(decodeIlluminanceLx(0), 0);
  assert.is(Math.floor(decodeIlluminanceLx(0xffff)), 54612);
});

spec("start powers on, then clears the data register", () => {
  const { driver, wire } = board();
  driver.start();
  assert.equal(wire.takeLog(), ["23 w 01", "23 w 07"]);
});

spec("a measurement takes its time and reads two bytes", () => {
  const { driver, wire, chip, clock } = board(0x5c);
  driver.start();
  wire.takeLog();
  chip.setLux(28067);
  assert.is(driver.startMeasurement(), 180_000);
  clock.advanceUs(180_000);
  const { illuminanceLx, clipped } = driver.read();
  assert.is(Math.round(illuminanceLx), 28067);
  assert.not(clipped);
  assert.equal(wire.takeLog(), ["5c w 20", "5c r 83 90"]);
});

spec("a read before the time gives the value before, as the part does", () => {
  const { driver, chip, clock } = board();
  driver.start();
  chip.setLux(600);
  clock.advanceUs(driver.startMeasurement());
  assert.is(driver.read().illuminanceLx, 600);
  chip.setLux(1200);
  driver.startMeasurement();
  clock.advanceUs(119_999);
  assert.is(driver.read().illuminanceLx, 600);
  clock.advanceUs(1);
  assert.is(driver.read().illuminanceLx, 1200);
});

spec("the slowest specimen is ready after the wait", () => {
  const { driver, chip, clock } = board();
  chip.setMeasurementMs(180);
  chip.setLux(600);
  clock.advanceUs(driver.startMeasurement());
  assert.is(driver.read().illuminanceLx, 600);
});

spec("after a one-time measurement the part is powered down, and measures again without power on", () => {
  const { driver, chip, clock } = board();
  chip.setLux(60);
  clock.advanceUs(driver.startMeasurement());
  assert.is(chip.describe(), "BH1750 powered down, 60 lx, data 0x0048");
  chip.setLux(120);
  clock.advanceUs(driver.startMeasurement());
  assert.is(driver.read().illuminanceLx, 120);
});

spec("reset is not accepted in power-down", () => {
  const { driver, wire, chip, clock } = board();
  chip.setLux(60);
  clock.advanceUs(driver.startMeasurement());
  wire.write([0x07]);
  assert.is(driver.read().illuminanceLx, 60);
  driver.start();
  assert.is(driver.read().illuminanceLx, 0);
});

spec("full sun is clipped", () => {
  const { driver, chip, clock } = board();
  chip.setLux(100_000);
  clock.advanceUs(driver.startMeasurement());
  const { illuminanceLx, clipped } = driver.read();
  assert.is(Math.floor(illuminanceLx), 54612);
  assert.ok(clipped);
});

spec("after a brown-out it reads dark, which the driver cannot know", () => {
  const { driver, chip, clock } = board();
  chip.setLux(600);
  clock.advanceUs(driver.startMeasurement());
  chip.powerUp();
  assert.is(driver.read().illuminanceLx, 0);
});

spec("an absent chip naks its address", () => {
  const { driver, wire } = board();
  wire.break("address_nak");
  assert.is(
    codeOf(() => driver.start()),
    "address_nak",
  );
  assert.equal(wire.takeLog(), ["23 w address_nak"]);
});

spec("unplugged between measurement and read: the read throws", () => {
  const { driver, wire, clock } = board();
  wire.break("address_nak", 1);
  clock.advanceUs(driver.startMeasurement());
  assert.is(
    codeOf(() => driver.read()),
    "address_nak",
  );
  assert.equal(wire.takeLog(), ["23 w 20", "23 r address_nak"]);
});

spec("the chip refuses two opcodes in one transfer, and unknown ones", () => {
  const { wire } = board();
  assert.is(
    codeOf(() => wire.write([0x01, 0x20])),
    "data_nak",
  );
  assert.is(
    codeOf(() => wire.write([0x99])),
    "data_nak",
  );
});
