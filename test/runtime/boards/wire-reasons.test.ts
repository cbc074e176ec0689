import * as assert from "uvu/assert";
import type { ExitReason } from "../../../runtime/process/exit-reason.ts";
import type { Pid } from "../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { spec } from "../../harness/spec.ts";
import { LinkedCells } from "./linked-cells.ts";

const circular: Record<string, unknown> = { cell: "x" };
circular.cause = circular;
/** What no program of this code gives as a reason. */
const NONE: readonly unknown[] = [
  { contract: null },
  { contract: { party: { toString: 1 } } },
  { cell: "x", cause: null },
  { cell: { toString: 1, valueOf: 1 }, cause: "normal" },
  circular,
  { error: 5, stack: "" },
  { nameTaken: { toString: 1, valueOf: 1 } },
];

/** A process of the pump house, and some of the greenhouse that end it for each reason in turn. */
function endWith(reasons: readonly unknown[]) {
  const net = new LinkedCells(["greenhouse", "pumphouse"]);
  const { cell, exchange } = net.of("pumphouse");
  let turns = 0;
  cell.spawn(function* (self: Self): ProcessGenerator {
    self.publish("pump");
    for (;;) {
      yield* self.receive();
      turns++;
    }
  }, []);
  net.pass(50);
  const greenhouse = net.of("greenhouse").cell;
  const pump = (): Pid | undefined => greenhouse.names.whereis("pump@pumphouse");
  for (const reason of reasons) {
    greenhouse.spawn(function* (self: Self): ProcessGenerator {
      self.exit(pump()!, reason as ExitReason);
      yield* self.receive();
    }, []);
    net.pass(50);
  }
  cell.post("pump", "still there?");
  net.pass(50);
  return { turns, malformed: exchange.counts.malformed, lives: pump() !== undefined };
}

spec("a reason that is none ends neither a process nor the cell around it", () => {
  assert.equal(endWith(NONE), { turns: 1, malformed: NONE.length, lives: true });
});

spec("one that is a reason does", () => {
  const reasons: ExitReason[] = [
    "killed",
    { error: "Error: boom", stack: "" },
    { cell: "x", cause: { cell: "y", cause: "outOfMemory" }, culprit: "<1>" },
    { nameTaken: "pump" },
    { shutdown: "enough" },
  ];
  for (const reason of reasons)
    assert.equal(endWith([reason]), { turns: 0, malformed: 0, lives: false }, JSON.stringify(reason));
});
