import * as assert from "uvu/assert";
import { Ds18b20Chip } from "../../devices/chips/ds18b20.ts";
import { DeviceError } from "../../devices/device-error.ts";
import { checksum, Ds18b20, type Ds18b20Bits, decodeTemperatureC } from "../../devices/drivers/ds18b20.ts";
import type { W1Target } from "../../firmware/contracts/w1.ts";
import { EmulatedW1 } from "../../firmware/emulated/emulated-w1.ts";
import { spec } from "../harness/spec.ts";
import { HandClock } from "./hand-clock.ts";

/** A sensor alone on its wire, with what went over it as text. */
function bench(bits?: Ds18b20Bits) {
  const clock = new HandClock();
  const chip = new Ds18b20Chip(clock);
  const wire = new EmulatedW1();
  wire.attach(0, chip);
  const log: string[] = [];
  const hex = (bytes: Iterable<number>) =>
    [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const target: W1Target = {
    bus: "w1",
    place: 0,
    write(bytes) {
      wire.transfer(0, Uint8Array.from(bytes), 0);
      log.push(`w ${hex(bytes)}`);
    },
    writeRead(bytes, length) {
      const answer = wire.transfer(0, Uint8Array.from(bytes), length).bytes;
      log.push(`w ${hex(bytes)} r ${hex(answer)}`);
      return answer;
    },
  };
  const sensor = new Ds18b20(target, bits);
  const measure = () => {
    clock.advanceUs(sensor.startConversion());
    return sensor.read();
  };
  return { clock, chip, wire, sensor, measure, log, target };
}

function isError(code: string): (error: unknown) => boolean {
  return (error) => error instanceof DeviceError && error.code === code;
}

spec("the register is two's complement in sixteenths of a degree", () => {
  // Table 1 of the data sheet.
  const table = [
    [0x07d0, 125],
    [0x0550, 85],
    [0x0191, 25.0625],
    [0x00a2, 10.125],
    [0x0008, 0.5],
    [0x0000, 0],
    [0xfff8, -0.5],
    [0xff5e, -10.125],
    [0xfe6f, -25.0625],
    [0xfc90, -55],
  ] as const;
  assert.equal(
    table.map(([raw]) => decodeTemperatureC(raw, 12)),
    table.map(([, temperatureC]) => temperatureC),
  );
});

spec("bits below the resolution are undefined, so they are not read", () => {
  // 25.0625 at 12 bits with every lower bit set: 11, 10 and 9 bits have steps of 0.125, 0.25 and 0.5.
  assert.equal(
    ([12, 11, 10, 9] as const).map((bits) => decodeTemperatureC(0x0197, bits)),
    [25.4375, 25.375, 25.25, 25],
  );
  assert.is(decodeTemperatureC(0xfe6f, 9), -25.5);
});

spec("the checksum is that of the data sheets", () => {
  // Maxim AN27, figure 2: the number 02 1C B8 01 00 00 00 has the checksum A2.
  assert.is(checksum(Uint8Array.of(0x02, 0x1c, 0xb8, 0x01, 0, 0, 0)), 0xa2);
  // A scratchpad out of Documentation/w1/slaves: 72 01 4b 46 7f ff 0e 10, checksum 57, 23.125 degrees.
  assert.is(checksum(Uint8Array.of(0x72, 0x01, 0x4b, 0x46, 0x7f, 0xff, 0x0e, 0x10)), 0x57);
});

spec("a measurement sets the resolution once, converts, and reads nine bytes", () => {
  const { chip, sensor, measure, log } = bench();
  chip.setTemperatureC(-10.125);
  sensor.start();
  assert.equal(measure(), { temperatureC: -10.125, doubt: undefined });
  const [resolution, convert, read] = log;
  assert.equal([resolution, convert], ["w 4e 4b 46 7f", "w 44"]);
  assert.ok(read!.startsWith("w be r 5e ff 4b 46 7f ff 0c 10 "), read);
});

spec("fewer bits take less time", () => {
  const ready = ([9, 10, 11, 12] as const).map((bits) => bench(bits).sensor.startConversion());
  assert.equal(ready, [133_750, 227_500, 415_000, 790_000]);
  const { chip, sensor, measure, log } = bench(9);
  chip.setTemperatureC(21.4);
  sensor.start();
  assert.is(measure().temperatureC, 21);
  assert.is(log[0], "w 4e 4b 46 1f");
});

spec("85 degrees out of the blue are what it holds after power-up; 85 after 84 are 85", () => {
  const { clock, chip, sensor, measure } = bench();
  sensor.start();
  chip.setTemperatureC(20);
  assert.is(measure().doubt, undefined);
  clock.advanceUs(sensor.startConversion() / 2);
  chip.losePower();
  assert.equal(sensor.read(), { temperatureC: 85, doubt: "power_up" });
  chip.setTemperatureC(84);
  assert.is(measure().doubt, undefined);
  chip.setTemperatureC(85);
  assert.equal(measure(), { temperatureC: 85, doubt: undefined });
});

spec("noise on the wire makes a value doubtful", () => {
  const { chip, wire, sensor, measure } = bench();
  sensor.start();
  chip.setTemperatureC(20);
  wire.flip(0, 8 * 8 + 3); // in the checksum
  assert.equal(measure(), { temperatureC: 20, doubt: "checksum" });
  wire.flip(0, 5);
  assert.equal(measure(), { temperatureC: 22, doubt: "checksum" });
  assert.equal(measure(), { temperatureC: 20, doubt: undefined });
});

spec("a wire that is always low or high is no sensor, though its checksum may be right", () => {
  const { target } = bench();
  for (const byte of [0x00, 0xff]) {
    const dead: W1Target = { ...target, writeRead: (_, length) => new Uint8Array(length).fill(byte) };
    assert.throws(() => new Ds18b20(dead).read(), isError("no_answer"));
  }
});

spec("a sensor that lost power, and with it another resolution than its own, says so", () => {
  const { chip, sensor, measure } = bench(10);
  sensor.start();
  chip.setTemperatureC(20);
  measure();
  chip.losePower();
  assert.throws(() => sensor.read(), isError("configuration_lost"));
  sensor.start();
  assert.is(measure().temperatureC, 20);
});
