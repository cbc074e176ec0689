import * as assert from "uvu/assert";
import { spec } from "../harness/spec.ts";
import { SimulatedBoard } from "./simulated-board.ts";

/** The demo board with its lamp at an expander, whose loads are fed over GPIO5. */
function board(): SimulatedBoard {
  const valves = {
    chip: "mcp23017",
    bus: "i2c-1",
    address: "0x20",
    rail: { line: "GPIO5", activeLow: true },
  };
  const board = new SimulatedBoard({
    changes: [
      ["expanders", { valves }],
      ["devices.led.line", "valves.GPB1"],
      ["controllers", undefined],
    ],
  });
  board.until(5);
  return board;
}

/** The news of the lamp and of the line that feeds it. */
function news({ trace }: SimulatedBoard): readonly string[] {
  return trace.news().filter((line) => / led |GPIO5|valves/.test(line));
}

spec("a lamp at an expander is switched, read back, and goes off at the end of its command", () => {
  const lamp = board();
  assert.equal(news(lamp), ["0.000 GPIO5 = 0"], "the rail is on once the pins are safe");
  lamp.command("led", { values: { on: true }, forMs: 10_000 });
  lamp.until(10);
  assert.is(lamp.trace.reading("led.on")?.value, true);
  lamp.until(20);
  assert.equal(news(lamp), ["5.000 led output 1", "15.000 led commandExpired 0", "15.000 led output 0"]);
  assert.is(lamp.trace.reading("led.on")?.value, false);
});

spec("an expander that is unplugged while its lamp is on costs the rail, and both come back with it", () => {
  const lamp = board();
  lamp.command("led", { values: { on: true }, forMs: 60_000 });
  lamp.until(10);
  news(lamp);
  lamp.set("led", { fault: "unplugged" });
  lamp.until(20);
  const away = news(lamp);
  assert.ok(
    away.some((line) => line.includes("unsafe valves.GPB1")),
    away.join("\n"),
  );
  assert.ok(
    away.some((line) => line.endsWith("GPIO5 = 1")),
    "the rail is off",
  );
  assert.is(lamp.trace.reading("led.on")?.quality, "bad");
  lamp.set("led", { fault: null });
  lamp.until(120);
  assert.ok(
    news(lamp).some((line) => line.endsWith("GPIO5 = 0")),
    "the rail is back",
  );
  assert.is(lamp.trace.reading("led.on")?.value, false);
  assert.is(lamp.trace.mode("led"), "full");
});
