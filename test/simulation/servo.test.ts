import * as assert from "uvu/assert";
import type { Change } from "../deploy/demo-board.ts";
import { spec } from "../harness/spec.ts";
import { SimulatedBoard } from "./simulated-board.ts";

/** A flap at 1000 to 2000 us and 0 to 90 degrees in the place of the fan. */
function flap(settings: Readonly<Record<string, unknown>> = {}): SimulatedBoard {
  const device = {
    driver: "servo",
    line: "GPIO18",
    settings: { minPulse: "1ms", maxPulse: "2ms", maxAngleDeg: 90, ...settings },
    safe: "off",
    commandFor: "10s",
    every: "500ms",
    deadline: "100ms",
  };
  const changes: readonly Change[] = [
    ["devices.fan", undefined],
    ["devices.flap", device],
  ];
  const board = new SimulatedBoard({ changes });
  board.until(5);
  board.trace.news();
  return board;
}

const about = (news: readonly string[]) => news.filter((line) => / (GPIO18|flap)/.test(line));

spec("a servo turns to its angle and is held there until the command ends, then it has no pulses", () => {
  const board = flap();
  assert.equal(board.devices.find(({ id }) => id === "flap")!.command.angle, {
    type: "number",
    min: 0,
    max: 90,
    unit: "°",
  });
  board.command("flap", { values: { angle: 45 } });
  board.until(8);
  assert.is(board.level("flap"), 0.075, "1500 us of 20 ms");
  assert.is(board.trace.reading("flap.angle")?.value, 45);
  assert.equal(board.trace.state("flap").commanded, { angle: 45 });
  board.until(20);
  assert.equal(about(board.trace.news()), [
    "5.000 GPIO18 = 0.075",
    "5.000 flap output 0.075",
    "5.000 flap.angle good",
    "15.000 GPIO18 = 0",
    "15.000 flap commandExpired 0",
    "15.000 flap output 0",
    "15.000 flap.angle bad",
  ]);
  assert.equal(board.trace.state("flap").commanded, { on: false });
});

spec("a servo that may rest has no pulses when it has arrived, and its angle is still known", () => {
  const board = flap({ restAfter: "1s" });
  board.command("flap", { values: { angle: 90 } });
  board.until(12);
  assert.equal(about(board.trace.news()), [
    "5.000 GPIO18 = 0.1",
    "5.000 flap output 0.1",
    "5.000 flap.angle good",
    "6.000 GPIO18 = 0",
  ]);
  assert.is(board.trace.reading("flap.angle")?.value, 90);
  assert.is(board.trace.reading("flap.on")?.value, false);
  board.command("flap", { values: { angle: 0 } });
  assert.is(board.level("flap"), 0.05);
});

spec("a servo that is turned off, or whose driver crashes, has no pulses at once", () => {
  const board = flap();
  board.command("flap", { values: { angle: 45 } });
  board.command("flap", { values: { on: false } });
  assert.is(board.level("flap"), 0);
  board.command("flap", { values: { angle: 45 } });
  board.trace.news();
  board.crash("flap");
  assert.equal(about(board.trace.news()).slice(0, 1), ["5.000 GPIO18 = 0"]);
});
