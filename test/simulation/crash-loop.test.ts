import * as assert from "uvu/assert";
import { spec } from "../harness/spec.ts";
import { SimulatedBoard } from "./simulated-board.ts";

const why = "Error: crash injected from the page";

/** Lines of the crash of one life, without its mode event. */
function crashed(at: string, epoch: number, mode: string): string[] {
  return [
    `${at} soil crash process="soil" pid="<greenhouse.soil.1>": ${why}`,
    `${at} fenced owner=1 epoch=${epoch} lines=[]`,
    `${at} soil restart ${mode} restarts=${epoch}: ${why}`,
  ];
}

spec("a device that crashes and crashes goes down to off, and only who depends on it hears of it", () => {
  const board = new SimulatedBoard();
  board.until(30);
  board.trace.news();
  const told: string[] = [];
  for (let crash = 1; crash <= 12; crash++) {
    board.crash("soil");
    board.for(0.5);
    told.push(...board.trace.news());
  }
  const expected: string[] = [];
  const modes = ["full", "reduced", "safe", "off"];
  for (let crash = 1; crash <= 12; crash++) {
    // The first crash of a fast test: the probe is between two jobs at 30.009, then told at each half second.
    const at = crash === 1 ? "30.009" : (30 + (crash - 1) * 0.5).toFixed(3);
    const mode = modes[Math.floor(crash / 4)]!;
    const lines = crashed(at, crash, mode);
    // The fourth crash within 10 s costs a rung.
    if (crash % 4 === 0) lines.splice(2, 0, `${at} soil mode ${mode}: restarts: ${why}`);
    if (crash === 8) lines.push(`${at} irrigation mode safe: soil is safe: restarts: ${why}`);
    expected.push(...lines);
  }
  assert.equal(told, expected);
  assert.is(board.trace.mode("soil"), "off");
});

spec("a device that is off is tried again in safe after the back-off, and climbs", () => {
  const board = new SimulatedBoard();
  board.until(30);
  crashToOff(board);
  const offAt = board.seconds; // Or up to 0.1 s before.
  board.trace.news();
  board.until(offAt + 4.8);
  assert.equal([board.trace.mode("soil"), board.kernel.cellNames.includes("soil")], ["off", false]);
  board.until(offAt + 5);
  assert.is(board.trace.mode("soil"), "safe");
  board.until(offAt + 120);
  assert.is(board.trace.mode("soil"), "full");
  const modes = board.trace.news().map((line) => line.slice(line.indexOf(" ") + 1));
  assert.equal(modes, [
    "soil mode safe: tried again",
    "soil mode reduced: probation passed",
    "irrigation mode full: probation passed",
    "soil mode full: probation passed",
  ]);
});

spec("each time that it has to be put off again it stays off twice as long, at most 5 minutes", () => {
  const board = new SimulatedBoard();
  board.until(30);
  const offFor: number[] = [];
  for (let time = 0; time < 8; time++) {
    crashToOff(board);
    const offAt = board.seconds;
    while (board.trace.mode("soil") === "off") board.for(0.5);
    offFor.push(Math.round(board.seconds - offAt));
  }
  assert.equal(offFor, [5, 10, 20, 40, 80, 160, 300, 300]);
});

spec("the others keep measuring, in time, while one is in a crash loop", () => {
  const samples = new Map<string, number[]>();
  const board = new SimulatedBoard({
    onReading: ({ device, reading, sampledAtUs }) => {
      const name = `${device}.${reading}`;
      samples.set(name, [...(samples.get(name) ?? []), sampledAtUs / 1e6]);
    },
  });
  board.until(30);
  samples.clear();
  crashToOff(board);
  board.until(60);
  const gaps = (name: string) => {
    const at = samples.get(name)!;
    return new Set(at.slice(1).map((second, index) => (second - at[index]!).toFixed(3)));
  };
  assert.equal([...gaps("climate.temperature")], ["1.000"]);
  assert.equal([...gaps("light.illuminance")], ["1.000"]);
  assert.is(board.trace.state("climate").restarts, undefined);
});

function crashToOff(board: SimulatedBoard): void {
  while (board.trace.mode("soil") !== "off") {
    board.crash("soil");
    board.for(0.1);
  }
}
