import * as assert from "uvu/assert";
import { spec } from "../harness/spec.ts";
import { SimulatedBoard } from "./simulated-board.ts";

/** The demo board with a second climate sensor of the same address: each behind a channel of one multiplexer. */
function board(): SimulatedBoard {
  // Its jobs lie between those of the others: this guardian has its answers at once or never.
  const attic = {
    ...{ driver: "bme280", bus: "i2c-1/0x70/3", address: "0x76", every: "1s", deadline: "200ms" },
    phase: "500ms",
  };
  const board = new SimulatedBoard({
    changes: [
      ["buses.i2c-1.muxes", { "0x70": { chip: "tca9548a", reset: { line: "GPIO4" } } }],
      ["devices.climate.bus", "i2c-1/0x70/0"],
      ["devices.attic", attic],
    ],
  });
  board.until(10);
  return board;
}

const quality = ({ trace }: SimulatedBoard, reading: string) => trace.reading(reading)!.quality;

spec("two sensors with one address behind two channels are unplugged and plugged in apart", () => {
  const house = board();
  assert.equal(
    [quality(house, "climate.temperature"), quality(house, "attic.temperature")],
    ["good", "good"],
  );
  house.set("attic", { fault: "unplugged" });
  house.until(60);
  const bad = house.trace.reading("attic.temperature")!;
  assert.equal([bad.quality, bad.value], ["bad", null], "nothing stale is shown as good");
  assert.is(house.trace.mode("attic"), "safe");
  assert.match(String(house.trace.state("attic").cause), /address_nak at i2c-1\/0x70\/3 0x76/);
  assert.equal([quality(house, "climate.temperature"), quality(house, "soil.moisture")], ["good", "good"]);
  house.set("attic", { fault: null });
  house.until(75);
  assert.is(quality(house, "attic.temperature"), "good");
  house.until(200);
  assert.is(house.trace.mode("attic"), "full", "it climbed back");
});

spec("a sensor that holds its channel is cut off by the multiplexer's reset; the others go on", () => {
  const house = board();
  house.trace.news();
  house.world.buses["i2c-1/0x70/3"]!.setFault(0x76, { kind: "stuck", freedBy: "nothing" });
  house.until(40);
  const news = house.trace.news();
  assert.ok(
    news.some((line) => line.includes("GPIO4")),
    news.join("\n"),
  );
  assert.equal([quality(house, "climate.temperature"), quality(house, "soil.moisture")], ["good", "good"]);
  assert.equal([house.trace.mode("climate"), house.trace.mode("soil")], ["full", "full"]);
  assert.is(house.trace.reading("attic.temperature")!.quality, "bad");
  const [bus] = house.guardian.guardian.busReports();
  const held = bus!.chips.find((chip) => chip.bus === "i2c-1/0x70/3")!;
  assert.is(held.state, "quarantined");
});
