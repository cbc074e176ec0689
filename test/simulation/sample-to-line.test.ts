import * as assert from "uvu/assert";
import { Tracer } from "../../runtime/introspection/tracer.ts";
import { spec } from "../harness/spec.ts";
import { SimulatedBoard } from "./simulated-board.ts";

/** A board whose climate sensor needs so many ms for each transfer: one a job begins a conversion, two read it. */
function slowBus(ms: number): SimulatedBoard {
  const board = new SimulatedBoard({ journal: true });
  board.world.buses["i2c-1"]!.setFault(0x76, { kind: "slow", ms });
  return board;
}

/** The last timing report of the thermostat, which has 100 ms. */
function thermostat(board: SimulatedBoard): {
  endToEndUs: { p50: number; max: number };
  endToEndMisses: number;
} {
  const line = board.trace.journal.findLast((entry) => entry.includes('"timing","job":"thermostat"'));
  return JSON.parse(line!.slice(line!.indexOf("{"))).timing;
}

spec("a reading tells when its conversion was complete, not when it had come over the bus", () => {
  const board = slowBus(20);
  const told: [publishedUs: number, sampledAtUs: number][] = [];
  board.until(15);
  for (const line of board.trace.journal) {
    if (!line.includes('"reading":"temperature"')) continue;
    const { sampledAtUs } = JSON.parse(line.slice(line.indexOf("{"))) as { sampledAtUs: number };
    told.push([Math.round(Number(line.split(" ")[0]) * 1e6), sampledAtUs]);
  }
  assert.ok(told.length > 10);
  for (const [publishedUs, sampledAtUs] of told.slice(1)) {
    const readUs = publishedUs - sampledAtUs;
    assert.ok(Math.abs(readUs - 40_000) < 600, `two transfers of 20 ms, not ${readUs} us`);
  }
});

spec("a value is as old as it is also where the process came back late from its conversion", () => {
  const board = new SimulatedBoard();
  board.until(10.001); // In the middle of a conversion.
  board.clock.advanceTo(10.3e6);
  board.until(10.4);
  const { sampledAtUs, quality } = board.trace.reading("climate.temperature")!;
  assert.is(quality, "good");
  assert.ok(sampledAtUs < 10.02e6, `sampled at ${sampledAtUs} us`);
});

spec("the way of a sample to the line is measured from the sample to the line", () => {
  const board = slowBus(20);
  board.until(30);
  assert.is(board.level("heater"), 1);
  const { endToEndUs, endToEndMisses } = thermostat(board);
  assert.ok(endToEndUs.p50 >= 40_000 && endToEndUs.max < 45_000, JSON.stringify(endToEndUs));
  assert.is(endToEndMisses, 0);
});

spec("a way that takes longer than the controller's deadline is a miss of it", () => {
  const board = slowBus(60);
  board.until(30);
  assert.is(board.level("heater"), 1);
  const { endToEndUs, endToEndMisses } = thermostat(board);
  assert.ok(endToEndUs.p50 >= 120_000, JSON.stringify(endToEndUs));
  assert.ok(endToEndMisses > 15, `${endToEndMisses} misses in 30 s, 10 of them without a command`);
});

/** What `holdfast trace --kind miss` shows of these in 20 s from now on. */
function misses(board: SimulatedBoard, ...cells: readonly string[]): string[] {
  const tracers = cells.map((name) => {
    const cell = board.kernel.cellOf(name)!;
    return new Tracer(cell, { filter: { kinds: ["miss"] }, capacity: 1000, untilUs: Infinity });
  });
  board.for(20);
  return tracers.flatMap((tracer) => tracer.take().map(({ label, text }) => `${label}: ${text}`));
}

spec("a sample that is acted on again, older by then, is no miss; one that comes too late is", () => {
  // Soil is measured each 2 s, and the command that it asked for renewed each second.
  const board = new SimulatedBoard();
  board.until(30);
  board.set("soil", { moisturePercent: 20 });
  assert.equal(misses(board, "soil", "irrigation", "pump", "climate", "thermostat", "heater"), []);
  const slow = slowBus(60);
  slow.until(30);
  const late = misses(slow, "thermostat", "heater");
  assert.ok(late.length >= 15, `${late.length} misses in 20 s of a sample each second`);
  assert.ok(
    late.every((line) => /^(thermostat|heater): 2\d{4} us late$/.test(line)),
    late[0],
  );
});

spec("a controller acts on no value that is older than it declares, whenever that was measured", () => {
  // In reduced service the sensor is well, and measures too seldom for what the controller wants.
  const board = new SimulatedBoard({
    changes: [
      ["controllers.thermostat.maxAge", "4s"],
      ["devices.climate.modes.reduced.every", "20s"],
      ["devices.climate.modes.safe.every", "30s"],
    ],
  });
  board.until(20.5);
  assert.is(board.level("heater"), 1);
  board.order("climate", "reduced", 60_000);
  board.trace.news();
  board.until(30);
  const news = board.trace.news().filter((line) => line.includes("thermostat"));
  assert.equal(news, ["25.000 thermostat mode safe: the temperature is too old"]);
  assert.is(board.level("heater"), 0);
});
