import * as assert from "uvu/assert";
import type { Body } from "../../runtime/process/cell-contract.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import { spec } from "../harness/spec.ts";
import { SimulatedBoard } from "./simulated-board.ts";

const gone = "address_nak at i2c-1 0x76";

/** Lines about one device, without what only its readings and outputs do. */
function modesOf(device: string, lines: readonly string[]): readonly string[] {
  return lines.filter((line) => line.includes(` ${device} mode `));
}

spec("a controller is safe for as long as its sensor is, and says which sensor and why", () => {
  const board = new SimulatedBoard();
  board.until(20);
  assert.is(board.level("heater"), 1);
  board.set("climate", { fault: "unplugged" });
  board.until(40);
  const { mode, cause, why, climbsInMs } = board.trace.state("thermostat");
  assert.equal(
    { mode, cause, climbsInMs },
    {
      mode: "safe",
      cause: `climate is safe: ${gone}`,
      climbsInMs: null,
    },
  );
  assert.equal(why, {
    kind: "dependency",
    device: "climate",
    mode: "safe",
    cause: { kind: "worldFailure", code: "address_nak", reason: gone },
  });
  assert.is(board.level("heater"), 0);
});

spec("good readings of a sensor that is still safe heat nothing", () => {
  const board = new SimulatedBoard();
  board.until(20);
  board.set("climate", { fault: "unplugged" });
  board.until(40);
  board.set("climate", { fault: null });
  board.trace.news();
  board.until(70);
  assert.is(board.trace.reading("climate.temperature")!.quality, "good");
  assert.is(board.trace.mode("climate"), "safe");
  assert.equal(
    board.trace.news().filter((line) => /thermostat|heater|GPIO17/.test(line)),
    [],
    "nothing happened",
  );
  board.until(150);
  const [climate, thermostat] = board.trace.news().filter((line) => line.includes(" mode "));
  const at = (line: string | undefined) => Number.parseFloat(line!);
  assert.match(climate!, "climate mode reduced");
  assert.match(thermostat!, "thermostat mode full: probation passed");
  assert.ok(at(thermostat) - at(climate) >= 10, "its own probation starts when the sensor is back");
});

spec("one bad reading costs a controller its probation, each time soon after twice as long", () => {
  const board = new SimulatedBoard();
  board.until(20);
  const rests: number[] = [];
  for (let time = 0; time < 3; time++) {
    board.set("climate", { fault: "unplugged" });
    while (board.trace.mode("thermostat") === "full") board.for(0.1);
    board.set("climate", { fault: null });
    const from = board.seconds;
    while (board.trace.mode("thermostat") === "safe") board.for(0.1);
    rests.push(Math.round(board.seconds - from));
    assert.is(board.trace.mode("climate"), "full", "one failed job is nothing to the sensor");
  }
  // 10, 20, 40 s: from the next job of the sensor to the next decision.
  assert.equal(rests, [12, 22, 42]);
});

spec("a controller's sensor that is off after crashes is told as the reason", () => {
  const board = new SimulatedBoard();
  board.until(20);
  while (board.trace.mode("climate") !== "off") {
    board.crash("climate");
    board.for(0.1);
  }
  const why = "restarts: Error: crash injected from the page";
  assert.is(board.trace.state("thermostat").cause, `climate is off: ${why}`);
  assert.is(board.level("heater"), 0);
  assert.is(board.trace.state("irrigation").cause, null, "nobody else is concerned");
  board.until(200);
  assert.equal([board.trace.mode("climate"), board.trace.mode("thermostat")], ["full", "full"]);
});

spec("a controller that starts while its sensor is down is told of it", () => {
  const board = new SimulatedBoard();
  board.until(20);
  board.set("climate", { fault: "unplugged" });
  board.until(40);
  board.crash("thermostat");
  board.until(45);
  assert.equal([board.trace.state("thermostat").restarts, board.trace.mode("thermostat")], [1, "safe"]);
  assert.is(board.trace.state("thermostat").cause, `climate is safe: ${gone}`);
});

spec("a sensor that says nothing after the start is no fault before its readings would be too old", () => {
  const silent = function* (self: Self): ProcessGenerator {
    self.register("climate");
    yield* self.sleep(1e9);
  };
  const board = new SimulatedBoard({ bodies: { climate: silent as unknown as Body } });
  board.until(11.9); // maxAge is 12 s
  assert.is(board.trace.mode("thermostat"), "starting");
  board.until(14);
  const { mode, cause } = board.trace.state("thermostat");
  assert.equal([mode, cause, board.level("heater")], ["safe", "no valid temperature", 0]);
});

spec("a controller that crashes again and again is safe, then off, and its output follows its lease", () => {
  const board = new SimulatedBoard();
  board.until(20);
  assert.is(board.level("heater"), 1);
  board.trace.news();
  for (let crash = 0; crash < 8; crash++) {
    board.crash("thermostat");
    board.for(0.2);
  }
  assert.equal(modesOf("thermostat", board.trace.news()), [
    "20.600 thermostat mode safe: restarts: Error: crash injected from the page",
    "21.400 thermostat mode off: restarts: Error: crash injected from the page",
  ]);
  board.for(3);
  assert.is(board.level("heater"), 0);
  assert.is(board.trace.mode("heater"), "full", "the output is well; it has nobody who commands it");
});

spec("a first measurement that fails keeps a controller waiting, with its output off, not falling", () => {
  const board = new SimulatedBoard();
  board.set("climate", { fault: "unplugged" });
  board.until(0.5);
  assert.is(board.trace.reading("climate.temperature")!.quality, "bad");
  assert.is(board.trace.mode("thermostat"), "starting");
  assert.is(board.level("heater"), 0);
  board.set("climate", { fault: null });
  board.until(2);
  assert.equal(modesOf("thermostat", board.trace.news()), [], "it never fell");
  assert.is(board.trace.mode("thermostat"), "full");
  board.until(11); // `minOff` of the heater is 10 s
  assert.is(board.level("heater"), 1);
});

spec("a sensor that never measures lets its controller fall as soon as that is no start any more", () => {
  const board = new SimulatedBoard();
  board.set("climate", { fault: "unplugged" });
  board.until(20);
  assert.is(board.trace.mode("thermostat"), "safe");
  assert.is(board.level("heater"), 0);
});
