import * as assert from "uvu/assert";
import type { EmulatedW1 } from "../../firmware/emulated/emulated-w1.ts";
import type { Change } from "../deploy/demo-board.ts";
import { spec } from "../harness/spec.ts";
import { SimulatedBoard } from "./simulated-board.ts";

/** Two thermometers on 1-wire and a converter on SPI beside the greenhouse. */
function board(): SimulatedBoard {
  const thermometer = { driver: "ds18b20", every: "5s", deadline: "3s", hardDeadline: "5s" };
  const changes: readonly Change[] = [
    ["w1", { line: "GPIO4" }],
    ["spi", { spi0: { speed: "1MHz" } }],
    ["devices.soiltemp", { ...thermometer, sensor: "28-000000000001" }],
    ["devices.watertemp", { ...thermometer, sensor: "28-000000000002", settings: { bits: 9 } }],
    [
      "devices.tank",
      { driver: "mcp3008", bus: "spi0", chipSelect: 1, every: "1s", settings: { channel: 3 } },
    ],
  ];
  const board = new SimulatedBoard({ changes });
  board.set("soiltemp", { temperatureC: 21.0625 });
  board.set("watertemp", { temperatureC: 15.4 });
  board.set("tank", { volts: 1.65 });
  board.until(10);
  return board;
}

const reading = (board: SimulatedBoard, name: string) => {
  const { value, quality } = board.trace.reading(name) ?? {};
  return { value, quality };
};

spec("thermometers on one wire and a converter measure what their worlds are", () => {
  const plant = board();
  assert.equal(reading(plant, "soiltemp.temperature"), { value: 21.0625, quality: "good" });
  assert.equal(reading(plant, "watertemp.temperature"), { value: 15, quality: "good" });
  assert.equal(reading(plant, "tank.volts"), { value: 1.65, quality: "good" });
});

spec("an unplugged one is bad at once, and good again when it is back", () => {
  const plant = board();
  for (const device of ["watertemp", "tank"]) plant.set(device, { fault: "unplugged" });
  plant.until(17);
  assert.equal(reading(plant, "watertemp.temperature"), { value: null, quality: "bad" });
  assert.equal(reading(plant, "tank.volts"), { value: null, quality: "bad" });
  assert.is(reading(plant, "soiltemp.temperature").quality, "good", "the other one on the wire");
  for (const device of ["watertemp", "tank"]) plant.set(device, { fault: null });
  plant.until(60);
  assert.equal(reading(plant, "watertemp.temperature"), { value: 15, quality: "good" });
  assert.equal(reading(plant, "tank.volts"), { value: 1.65, quality: "good" });
});

spec("noise on the wire is suspect, for one measurement", () => {
  const plant = board();
  (plant.world.wires!.w1 as EmulatedW1).flip(0, 66);
  plant.until(12);
  assert.equal(reading(plant, "soiltemp.temperature"), { value: 21.0625, quality: "suspect" });
  plant.until(17);
  assert.equal(reading(plant, "soiltemp.temperature"), { value: 21.0625, quality: "good" });
});

spec("a sensor that says 85 degrees out of the blue is suspect", () => {
  const plant = board();
  plant.set("soiltemp", { temperatureC: 85 });
  plant.until(17);
  assert.equal(reading(plant, "soiltemp.temperature"), { value: 85, quality: "suspect" });
});
