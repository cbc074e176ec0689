import * as assert from "uvu/assert";
import { spec } from "../harness/spec.ts";
import { SimulatedBoard } from "./simulated-board.ts";

const minutes = 60;

/** A board whose thermostat heats: cold, and past the shortest off time. */
function heating(): SimulatedBoard {
  const board = new SimulatedBoard();
  board.until(20);
  assert.is(board.level("heater"), 1);
  board.trace.news();
  return board;
}

spec("an override holds the heater off for ten minutes, ends by itself, and the thermostat goes on", () => {
  const board = heating();
  board.command("heater", { values: { on: false }, override: true, forMs: 10 * minutes * 1000 });
  assert.equal(board.trace.state("heater").override, { remainingMs: 600_000 });
  board.until(20 + 10 * minutes - 0.001);
  assert.equal(board.trace.news(), ["20.000 GPIO17 = 0", "20.000 heater output 0"]);
  board.until(20 + 10 * minutes + 5);
  assert.equal(board.trace.news(), ["620.000 GPIO17 = 1", "620.000 heater output 1"]);
  assert.is(board.trace.state("heater").override, null);
});

spec("an override that switches on ends with an event, and the thermostat decides again", () => {
  const board = new SimulatedBoard();
  board.set("climate", { temperatureC: 25 });
  board.until(20);
  assert.is(board.level("heater"), 0, "25 °C: nobody heats");
  board.trace.news();
  board.command("heater", { values: { on: true }, override: true, forMs: 30_000 });
  board.until(60);
  assert.equal(board.trace.news(), [
    "20.000 GPIO17 = 1",
    "20.000 heater output 1",
    "50.000 GPIO17 = 0",
    "50.000 heater commandExpired 0",
    "50.000 heater output 0",
  ]);
});

spec("an override can be given back before its time", () => {
  const board = heating();
  board.command("heater", { values: { on: false }, override: true, forMs: 10 * minutes * 1000 });
  board.until(40);
  board.command("heater", { values: {}, override: false });
  board.until(45);
  assert.equal(board.trace.news(), [
    "20.000 GPIO17 = 0",
    "20.000 heater output 0",
    "40.000 GPIO17 = 1",
    "40.000 heater output 1",
  ]);
});

spec("what needs an override and does not say so is refused, and nothing moves", () => {
  const board = new SimulatedBoard();
  board.set("climate", { temperatureC: 25 });
  board.until(20);
  board.trace.news();
  board.command("heater", { values: { on: true } });
  board.command("heater", { values: { on: true }, override: true, forMs: 31 * minutes * 1000 });
  board.command("fan", { values: { level: 0.5 }, override: true });
  board.until(30);
  assert.equal(board.trace.news(), [
    '20.000 heater refused: ownedBy thermostat: send "override": true and "for" to take it from its controller',
    "20.000 heater refused: an override lasts at most 30 minutes",
    "20.000 fan refused: no controller owns this output, so there is nothing to override",
  ]);
});
