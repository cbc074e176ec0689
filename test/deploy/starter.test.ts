import { equal, is, ok } from "uvu/assert";
import { chipsOf } from "../../deploy/cli/init.ts";
import { parseConfig } from "../../deploy/config/load-config.ts";
import { boardIdOf, driversAt, starterText } from "../../deploy/config/starter.ts";
import { DRIVERS, type Driver } from "../../devices/catalogue.ts";
import { spec } from "../harness/spec.ts";

const I2C = Object.entries(DRIVERS as Readonly<Record<string, Driver>>).flatMap(
  ([driver, { hardware, addresses }]) => (hardware === "i2c" ? [{ driver, address: addresses![0]! }] : []),
);

/** Without a problem and without a warning; its devices. */
function devicesOf(text: string) {
  const { config, problems, warnings } = parseConfig(text);
  equal([problems, warnings], [undefined, []]);
  return config!.devices;
}

spec("what an emulated board begins with passes the check, and has something to see and to switch", () => {
  const devices = devicesOf(starterText({ id: "barn", hardware: "emulated", chips: [] }));
  equal(Object.keys(devices), ["climate", "led"]);
});

spec("a Pi on which nobody answers begins with no device", () => {
  equal(Object.keys(devicesOf(starterText({ id: "barn", hardware: "linux", chips: [] }))), []);
});

spec("every part on I2C that there is a driver for can be begun with, on a Pi, without an output", () => {
  ok(I2C.length >= 3);
  for (const chip of I2C) {
    const devices = Object.values(devicesOf(starterText({ id: "barn", hardware: "linux", chips: [chip] })));
    equal(
      devices.map(({ driver, safe }: { driver: string; safe?: string }) => [driver, safe]),
      [[chip.driver, undefined]],
    );
  }
});

spec("two parts of a kind have two names", () => {
  const chips = [0x76, 0x77].map((address) => ({ driver: "bme280", address }));
  equal(Object.keys(devicesOf(starterText({ id: "barn", hardware: "linux", chips }))), [
    "climate",
    "climate-2",
  ]);
});

spec("a machine's name becomes a board's", () => {
  equal(["Pi-4.local", "grünes haus", "--", ""].map(boardIdOf), ["pi-4", "gr-nes-haus", "board", "board"]);
});

spec("who answers is taken for the one part that it can be; what no driver is for is said", async () => {
  const said: string[] = [];
  const chips = await chipsOf([0x08, 0x76], undefined, (text) => said.push(text));
  equal(chips, [{ driver: "bme280", address: 0x76 }]);
  equal(said, ["0x08 on i2c-1 answers, but no driver is for it", "0x76 on i2c-1 is taken for a bme280"]);
  is(driversAt(0x08).length, 0);
});
