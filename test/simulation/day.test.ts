import * as assert from "uvu/assert";
import { spec } from "../harness/spec.ts";
import { SimulatedBoard } from "./simulated-board.ts";

const DAY = 24 * 3600;

/**
 * Half a band is 0.5 °C. Beyond it: the noise of the sensor (0.02 °C, a few deviations in 86,400 samples), and
 * what 1500 W do to the air within one period (0.01 °C) or the panes take (less).
 */
const OVERSHOOT_C = 0.12;

spec(
  "a day of the demo board: the air stays within its band, nothing else happens, nothing is left over",
  () => {
    const temperatures: { second: number; celsius: number }[] = [];
    const board = new SimulatedBoard({
      // Nobody presses the button: ten looks a second at it would be a third of the day's work.
      changes: [
        ["devices.button.every", "1s"],
        ["devices.button.deadline", "500ms"],
      ],
      worldStepMs: 1000,
      onReading: ({ device, reading, value, sampledAtUs }) => {
        if (device !== "climate" || reading !== "temperature") return;
        temperatures.push({ second: sampledAtUs / 1e6, celsius: value as number });
      },
    });

    // Warm-up: 18 °C at the start, 10 minutes of heating at a time.
    board.until(1200);
    const warm = board.trace.news();
    assert.ok(warm.includes("10.000 GPIO17 = 1"), "it heats as soon as it may");
    const timers = new Set<number>();
    const wires = new Set<number>();
    for (let minute = 20; minute < DAY / 60; minute++) {
      // Between jobs: every process waits for its next release.
      board.until(minute * 60 + 0.75);
      timers.add(board.kernel.timerCount);
      wires.add(board.guardian.guardian.stats().underWay!);
    }
    board.until(DAY);

    const held = temperatures.filter(({ second }) => second >= 1200).map(({ celsius }) => celsius);
    assert.is(held.length, DAY - 1200, "one measurement a second, none missing");
    const [coldest, warmest] = [Math.min(...held), Math.max(...held)];
    assert.ok(coldest >= 20.5 - OVERSHOOT_C, `coldest ${coldest}`);
    assert.ok(warmest <= 21.5 + OVERSHOOT_C, `warmest ${warmest}`);

    const heating = board.trace.news();
    const others = heating.filter((line) => !/^[\d.]+ (GPIO17 = [01]|heater output [01])$/.test(line));
    assert.equal(others, [], "nothing else happened");
    assert.equal(heating.filter((line) => line.includes("GPIO17")).length % 2, 0);

    assert.equal([...timers], [board.devices.length + 2], "one timer a device and controller, at any time");
    assert.equal([...wires], [0]);
    for (const name of board.kernel.cellNames) {
      const { counts, processCount } = board.kernel.cellOf(name)!;
      assert.equal(
        [name, counts],
        [name, { dead: 0, forged: 0, overflow: 0, credit: 0, late: 0, unreported: 0 }],
      );
      assert.is(processCount, 2, "its own, and the spawner");
    }
    for (const { id } of board.devices) assert.is(board.trace.state(id).misses, 0, id);
    if (board.level("heater") === 0) assert.is(board.guardian.guardian.nextUs, Number.POSITIVE_INFINITY);
  },
  { limitMs: 230_000 },
);
