import * as assert from "uvu/assert";
import type { TrialNews } from "../../runtime/cell/code-change.ts";
import { spec } from "../harness/spec.ts";
import { SimulatedBoard } from "./simulated-board.ts";

/** The pump runs since `onAt`, by a threshold that a person has set. */
function watering() {
  const board = new SimulatedBoard();
  board.set("soil", { moisturePercent: 45 });
  board.until(20);
  assert.is(board.level("pump"), 0);
  board.command("irrigation", { values: { thresholdPercent: 50 } });
  for (; board.level("pump") === 0; board.for(0.1)) assert.ok(board.seconds < 60, "the pump runs");
  const onAt = board.seconds;
  board.trace.news();
  return { board, onAt };
}

function change(board: SimulatedBoard, trialMs: number): TrialNews["phase"][] {
  const phases: TrialNews["phase"][] = [];
  board.kernel.changeCell("irrigation", {}, { trialMs }, ({ phase }) => void phases.push(phase));
  return phases;
}

spec("a controller whose code changes goes on with its dose, what was commanded, and its level", () => {
  const { board, onAt } = watering();
  const phases = change(board, 2000);
  board.until(onAt + 4);
  assert.equal(phases, ["trial", "committed"]);
  assert.equal(board.trace.news(), [], "no line moved, nobody restarted");
  assert.is(board.trace.reading("irrigation.threshold")!.value, 50);
  for (; board.level("pump") === 1; board.for(0.1)) assert.ok(board.seconds < onAt + 12, "one dose is 10 s");
  assert.ok(board.seconds > onAt + 9, `the dose ended after ${board.seconds - onAt} s`);
});

spec("one whose change is taken back goes on as well, with what happened meanwhile", () => {
  const { board, onAt } = watering();
  const phases = change(board, 60_000);
  board.until(onAt + 2);
  board.command("irrigation", { values: { thresholdPercent: 55 } });
  board.until(onAt + 3);
  assert.is(board.kernel.rollBack("irrigation", "it was asked for"), true);
  board.until(onAt + 4);
  assert.equal(phases, ["trial", "rolledBack"]);
  assert.equal(board.trace.news(), []);
  assert.is(board.trace.reading("irrigation.threshold")!.value, 55);
  for (; board.level("pump") === 1; board.for(0.1)) assert.ok(board.seconds < onAt + 12, "one dose is 10 s");
  assert.ok(board.seconds > onAt + 9, `the dose ended after ${board.seconds - onAt} s`);
});
