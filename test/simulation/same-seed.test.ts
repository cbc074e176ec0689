import * as assert from "uvu/assert";
import { spec } from "../harness/spec.ts";
import { SimulatedBoard } from "./simulated-board.ts";

/** Twenty minutes of everything: hands, faults, commands, crashes. */
function story(seed: number): readonly string[] {
  const board = new SimulatedBoard({ seed, journal: true });
  const script: readonly [number, () => void][] = [
    [5.25, () => board.set("button", { pressed: true })],
    [5.4, () => board.set("button", { pressed: false })],
    [20, () => board.command("fan", { values: { level: 0.4 }, forMs: 60_000 })],
    [30, () => board.set("soil", { moisturePercent: 20 })],
    [60, () => board.set("climate", { fault: "unplugged" })],
    [90, () => board.crash("heater")],
    [120, () => board.set("climate", { fault: null })],
    [200, () => board.crash("irrigation")],
    [300, () => board.command("thermostat", { values: { setpointC: 24 } })],
    [400, () => board.command("heater", { values: { on: false }, override: true, forMs: 100_000 })],
    [600, () => board.crash("led")],
  ];
  for (const [second, act] of script) {
    board.until(second);
    act();
  }
  board.until(1200);
  return board.trace.journal;
}

spec(
  "the same seed and the same script give the same journal, another seed another",
  () => {
    const first = story(7);
    assert.ok(first.length > 20_000, `${first.length} lines`);
    assertSame(story(7), first);
    assert.not.equal(story(8).slice(0, 1000), first.slice(0, 1000));
  },
  { limitMs: 120_000 },
);

/** Says where they part; a difference of two journals of this length helps nobody. */
function assertSame(actual: readonly string[], expected: readonly string[]): void {
  for (const [index, line] of expected.entries()) assert.is(actual[index], line);
  assert.is(actual.length, expected.length);
}
