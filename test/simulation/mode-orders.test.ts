import * as assert from "uvu/assert";
import { spec } from "../harness/spec.ts";
import { SimulatedBoard } from "./simulated-board.ts";

const minutes = 60;

function running(): SimulatedBoard {
  const board = new SimulatedBoard();
  board.until(20);
  board.trace.news();
  return board;
}

const modes = (board: SimulatedBoard) => board.trace.news().filter((line) => /^\S+ \S+ mode /.test(line));

spec("an operator keeps a sensor at reduced for ten minutes; it ends by itself and climbs", () => {
  const board = running();
  board.order("climate", "reduced", 10 * minutes * 1000);
  board.for(1);
  assert.is(board.trace.state("climate").modeOverride?.mode, "reduced");
  assert.equal(modes(board), ["20.009 climate mode reduced: an operator asked for reduced for 10m"]);
  board.until(20 + 10 * minutes - 1);
  assert.equal(modes(board), [], "proven or not, it stays");
  const { modeOverride, climbsInMs } = board.trace.state("climate");
  assert.ok(modeOverride!.remainingMs <= 7000 && modeOverride!.remainingMs > 0, "the state counts down");
  assert.is(climbsInMs, modeOverride!.remainingMs);
  board.until(20 + 10 * minutes + 6);
  const [climbed, ...others] = modes(board);
  assert.match(climbed!, /^62[0-9.]+ climate mode full: probation passed$/);
  assert.equal(others, []);
  const { mode, cause } = board.trace.state("climate");
  assert.equal([mode, cause, board.trace.state("climate").modeOverride], ["full", null, null]);
});

spec("auto ends it at once", () => {
  const board = running();
  board.order("light", "reduced", 10 * minutes * 1000);
  board.for(40);
  board.order("light", "auto");
  board.for(6);
  const [, climbed] = modes(board);
  assert.match(climbed!, /light mode full/);
});

spec("safe switches an output off that was on, refuses on, and keeps the controller's hands off", () => {
  const board = running();
  assert.is(board.level("heater"), 1);
  board.order("heater", "safe", 30_000);
  board.for(0.1);
  assert.is(board.level("heater"), 0);
  board.command("heater", { values: { on: true }, override: true, forMs: 10_000 });
  board.until(49);
  assert.is(board.level("heater"), 0);
  assert.ok(board.trace.news().some((line) => line.includes("heater refused: in mode safe")));
  board.until(60);
  assert.is(board.trace.mode("heater"), "reduced");
  assert.is(board.level("heater"), 1, "the thermostat has it again");
});

spec("off ends the process, and it is started again in safe when the time is over", () => {
  const board = running();
  board.order("heater", "off", 60_000);
  board.for(0.1);
  assert.equal([board.level("heater"), board.kernel.cellNames.includes("heater")], [0, false]);
  assert.equal([board.trace.mode("heater"), board.trace.state("heater").restarts], ["off", 0]);
  board.until(79);
  assert.equal(modes(board), ["20.000 heater mode off: an operator asked for off for 1m"]);
  board.until(160);
  assert.equal(
    modes(board).map((line) => line.slice(line.indexOf(" ") + 1)),
    [
      "heater mode safe: the operator's time is over",
      "heater mode reduced: probation passed",
      "heater mode full: probation passed",
    ],
  );
});

spec("an order reaches a device that hangs on to nothing: off by crashes, it is tried again at once", () => {
  const board = running();
  while (board.trace.mode("soil") !== "off") {
    board.crash("soil");
    board.for(0.1);
  }
  board.trace.news();
  board.order("soil", "full");
  board.for(0.1);
  assert.equal(board.trace.mode("soil"), "safe");
  assert.match(modes(board)[0]!, /soil mode safe: an operator asked for full$/);
});

spec("an order that the device died with is carried out by its keeper", () => {
  const board = running();
  // Both are in its mailbox before it runs again: it dies of the first.
  board.crashAnd("soil", () => board.order("soil", "safe", 10 * minutes * 1000));
  board.for(1);
  assert.equal([board.trace.mode("soil"), board.trace.state("soil").restarts], ["safe", 1]);
  assert.is(board.trace.state("soil").cause, "an operator asked for safe for 10m");
  board.for(5 * minutes);
  assert.is(board.trace.mode("soil"), "safe");
});

spec("a controller takes orders, too, and refuses the rung that it has not", () => {
  const board = running();
  board.order("thermostat", "reduced");
  board.order("thermostat", "safe", 20_000);
  board.for(1);
  assert.is(board.level("heater"), 0);
  const news = board.trace.news();
  assert.ok(news.includes("20.000 thermostat refused: it has no mode reduced: it has full, safe, off"));
  board.until(60);
  assert.is(board.trace.mode("thermostat"), "full");
});

spec("one early step up, and not two", () => {
  const board = running();
  board.set("climate", { fault: "unplugged" });
  while (board.trace.mode("climate") !== "safe") board.for(1);
  board.set("climate", { fault: null });
  board.for(11);
  board.trace.news();
  board.order("climate", "full");
  board.for(0.1);
  board.order("climate", "full");
  board.for(1);
  const [up, refused, ...others] = board.trace.news();
  assert.match(up!, /climate mode reduced: an operator asked for full$/);
  assert.match(refused!, /climate refused: it was let up early once and has to prove itself first/);
  assert.equal(others, []);
});

spec("the next runtime starts where this one was, for the same reason", () => {
  const first = running();
  first.set("soil", { fault: "unplugged" });
  while (first.trace.mode("soil") !== "safe") first.for(1);
  const { cause } = first.trace.state("soil");
  const next = new SimulatedBoard({ ladders: first.ladders });
  next.until(8);
  assert.equal([next.trace.mode("soil"), next.trace.state("soil").cause], ["safe", cause]);
  assert.is(next.trace.mode("irrigation"), "safe");
  assert.is(next.trace.mode("climate"), "full");
  next.until(150);
  assert.equal([next.trace.mode("soil"), next.trace.mode("irrigation")], ["full", "full"]);
});
