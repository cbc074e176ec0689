import * as assert from "uvu/assert";
import { spec } from "../harness/spec.ts";
import { SimulatedBoard } from "./simulated-board.ts";

/** A LED that holds its level over the death of whoever commanded it. */
function board(): SimulatedBoard {
  const holding = new SimulatedBoard({
    changes: [
      ["devices.led.onCrash", "hold"],
      ["devices.led.lease", undefined],
      ["devices.led.commandFor", "1h"],
    ],
  });
  holding.until(20);
  holding.command("led", { values: { on: true } });
  holding.for(1);
  assert.is(holding.level("led"), 1);
  return holding;
}

spec("a held level outlasts a crash, and ends when the crashes take the device down to safe", () => {
  const holding = board();
  for (let crash = 1; crash <= 7; crash++) {
    holding.crash("led");
    holding.for(0.2);
    assert.is(holding.level("led"), 1, `crash ${crash}`);
  }
  holding.crash("led");
  holding.for(0.2);
  assert.is(holding.trace.mode("led"), "safe");
  assert.is(holding.level("led"), 0);
});

spec("in mode safe off is accepted and on is not", () => {
  const holding = board();
  for (let crash = 1; crash <= 8; crash++) {
    holding.crash("led");
    holding.for(0.2);
  }
  holding.trace.news();
  holding.command("led", { values: { on: false } });
  holding.command("led", { values: { on: true } });
  holding.for(0.2);
  const refused = holding.trace.news().filter((line) => line.includes("refused"));
  assert.is(refused.length, 1);
  assert.match(refused[0] ?? "", "in mode safe");
  assert.is(holding.level("led"), 0);
});
