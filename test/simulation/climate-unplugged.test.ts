import * as assert from "uvu/assert";
import { spec } from "../harness/spec.ts";
import { SimulatedBoard } from "./simulated-board.ts";

const gone = "address_nak at i2c-1 0x76";

spec(
  "an unplugged climate sensor: bad at once, heater off, down the ladder; plugged in: up, rung by rung",
  () => {
    const board = new SimulatedBoard();
    board.until(20);
    assert.is(board.level("heater"), 1, "18 °C: it heats");
    board.trace.news();

    board.set("climate", { fault: "unplugged" });
    board.until(21);
    // The job of second 20 was waiting for its conversion; the heater is off with the first failed read.
    assert.equal(board.trace.news(), [
      "20.009 climate.temperature bad",
      "20.009 climate.humidity bad",
      "20.009 climate.pressure bad",
      "20.009 thermostat mode safe: no valid temperature",
      "20.009 GPIO17 = 0",
      "20.009 heater output 0",
    ]);
    assert.is(board.trace.reading("climate.temperature")!.value, null);

    board.until(80);
    const reset = 'busRung bus="i2c-1" address="0x76" rung="reset" works=false';
    assert.equal(board.trace.news(), [
      `22.000 ${reset}`, // the guardian's, after the third failed transfer, and 30 s later
      `22.000 climate mode reduced: ${gone}`, // the third failed job, one a second
      `32.000 climate mode safe: ${gone}`, // the third in `reduced`, one in 5 s
      `52.000 ${reset}`,
    ]);
    assert.is(board.trace.mode("climate"), "safe");
    assert.is(board.level("heater"), 0);
    assert.is(board.trace.reading("climate.temperature")!.quality, "bad");

    board.set("climate", { fault: null });
    board.until(85);
    assert.equal(board.trace.news(), [
      "82.011 climate.temperature good",
      "82.011 climate.humidity good",
      "82.011 climate.pressure good",
    ]);
    assert.is(board.trace.mode("climate"), "safe", "good is not yet proven good");
    assert.is(board.trace.state("thermostat").cause, `climate is safe: ${gone}`);

    board.until(200);
    assert.equal(board.trace.news(), [
      "122.009 climate mode reduced: probation passed", // 30 s, at the next job of a 10 s period
      "132.019 thermostat mode full: probation passed", // its own 10 s
      "132.019 GPIO17 = 1",
      "132.019 heater output 1",
      "152.019 climate mode full: probation passed",
    ]);
  },
);

spec("a sensor that falls soon after each climb climbs later each time", () => {
  const board = new SimulatedBoard();
  board.until(10);
  const climbs: number[] = [];
  for (let fall = 0; fall < 4; fall++) {
    board.set("climate", { fault: "unplugged" });
    while (board.trace.mode("climate") !== "safe") board.for(1);
    board.set("climate", { fault: null });
    const pluggedAt = board.seconds;
    while (board.trace.mode("climate") !== "full") board.for(1);
    climbs.push(board.seconds - pluggedAt);
  }
  // Both falls of a time double the probation of 30 s, up to 16 times; two rungs, and a job each 10 and 5 s.
  assert.equal(climbs, [81, 260, 980, 980]);
});
