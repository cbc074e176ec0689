import * as assert from "uvu/assert";
import { spec } from "../harness/spec.ts";
import { SimulatedBoard } from "./simulated-board.ts";

/** Only what the lines did, and the guardian said about it. */
function aboutLines(lines: readonly string[]): string[] {
  return lines.filter((line) => / (GPIO\d+ =|leaseExpired|maxOn)/.test(line));
}

spec("a device that nobody fenced loses its level at the end of its line lease", () => {
  const board = new SimulatedBoard();
  board.until(20.4);
  assert.is(board.level("heater"), 1);
  board.trace.news();
  board.cutOff("heater");
  board.until(60);
  // Last renewed by the thermostat's decision at 20.009, lease 2 s.
  assert.equal(aboutLines(board.trace.news()), ["22.009 GPIO17 = 0", "22.009 leaseExpired GPIO17"]);
  assert.is(board.guardian.guardian.nextUs, Number.POSITIVE_INFINITY, "nothing is left to end");
});

spec("a device that crashes loses its level at once, and heats again after the shortest off time", () => {
  const board = new SimulatedBoard();
  board.until(20.4);
  board.trace.news();
  board.crash("heater");
  board.until(60);
  const [off, on, ...others] = aboutLines(board.trace.news());
  assert.is(off, "20.400 GPIO17 = 0");
  assert.is(on, "31.000 GPIO17 = 1", "minOff 10 s, then the next decision");
  assert.equal(others, []);
});

spec("a controller that dies leaves no level behind: its command ends by time", () => {
  const board = new SimulatedBoard();
  board.until(20.4);
  board.trace.news();
  board.cutOff("thermostat");
  board.until(60);
  const [off, ...others] = aboutLines(board.trace.news());
  // Each decision is good for three periods; the last was at 20.009.
  assert.is(off, "23.009 GPIO17 = 0");
  assert.equal(others, []);
});

spec("maxOn switches the heater off; after the rest the thermostat's wish is followed again", () => {
  const board = new SimulatedBoard();
  board.until(300);
  board.trace.news();
  // A draught: the air never gets warm, so the thermostat never lets go by itself.
  for (let second = 300; second < 1400; second++) {
    board.set("climate", { temperatureC: 15 });
    board.until(second + 1);
  }
  const news = board.trace.news();
  assert.equal(aboutLines(news), [
    "610.000 GPIO17 = 0", // on since 10.000, maxOn 10 min
    "610.000 maxOn GPIO17",
    "670.000 GPIO17 = 1", // maxOnRest 1 min
    "1270.000 GPIO17 = 0",
    "1270.000 maxOn GPIO17",
    "1330.000 GPIO17 = 1",
  ]);
  const others = news.filter((line) => !aboutLines(news).includes(line) && !line.includes("refusedWrite"));
  assert.equal(others, [
    "610.000 heater waits: max_on at GPIO17",
    "670.000 heater output 1",
    "1270.000 heater waits: max_on at GPIO17",
    "1330.000 heater output 1",
  ]);
});
