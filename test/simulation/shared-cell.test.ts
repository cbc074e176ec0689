import * as assert from "uvu/assert";
import { spec } from "../harness/spec.ts";
import { SimulatedBoard } from "./simulated-board.ts";

const SHARED = "shared:i2c-1";
const MEMBERS = ["climate", "soil"];

/** climate and soil share a cell, so do the four outputs and the two controllers. */
function sharedBoard(): SimulatedBoard {
  const board = new SimulatedBoard({ changes: [["placement", "shared"]] });
  board.until(30);
  for (const id of ["climate", "soil", "heater", "thermostat"]) assert.is(board.trace.mode(id), "full", id);
  board.trace.news();
  return board;
}

/** Ends the cell as the watchdog does when this device hangs in it. */
function hang(board: SimulatedBoard, device: string): void {
  const { name } = board.housing.cellOf(device)!;
  const { incarnation } = board.kernel.cells().find(({ cell }) => cell === name)!;
  board.kernel.endCell(name, incarnation, "hung", board.housing.numberOf(device));
  board.kernel.settle();
}

function restarts(board: SimulatedBoard, ...devices: readonly string[]): number[] {
  return devices.map((device) => board.trace.state(device).restarts ?? 0);
}

spec("devices of one bus live in one cell, under names of their own", () => {
  const board = sharedBoard();
  assert.equal(
    board.kernel.cellNames.filter((name) => name !== "telemetry"),
    [SHARED, "light", "button", "shared:outputs", "shared:controllers"],
  );
  assert.equal(board.housing.cellOf("soil"), { name: SHARED, members: MEMBERS });
  assert.is(board.housing.cellOf("light"), undefined);
});

spec("an operator's order reaches a member, and what depends on one goes down with it", () => {
  const board = sharedBoard();
  board.command("heater", { values: { on: true }, override: true, forMs: 600_000 });
  board.for(2);
  assert.is(board.level("heater"), 1);
  board.order("heater", "safe", 60_000);
  board.for(1);
  assert.equal([board.level("heater"), board.trace.mode("heater")], [0, "safe"]);
  board.order("climate", "safe", 60_000);
  board.for(1);
  assert.equal([board.trace.mode("climate"), board.trace.mode("thermostat")], ["safe", "safe"]);
  board.order("soil", "off", 60_000);
  board.for(1);
  assert.is(board.trace.mode("soil"), "off");
});

spec("an order that comes while a member is started waits for it", () => {
  const board = sharedBoard();
  board.crashAnd("heater", () => board.order("heater", "safe", 60_000));
  board.for(3);
  assert.equal([board.level("heater"), board.trace.mode("heater")], [0, "safe"]);
});

spec("a device that crashes is started again alone, after what it held was taken back", () => {
  const board = sharedBoard();
  board.until(30.5); // Between two jobs
  board.crash("soil");
  board.for(5);
  const why = "Error: crash injected from the page";
  assert.equal(board.trace.news(), [
    `30.500 ${SHARED} crash process="soil" pid="<greenhouse.${SHARED}.4>": ${why}`,
    "30.500 fenced owner=1 epoch=1 lines=[]",
    `30.500 soil restart full restarts=1: ${why}`,
  ]);
  assert.equal(restarts(board, "climate", "soil"), [0, 1]);
  assert.equal([board.trace.mode("soil"), board.trace.reading("soil.moisture")?.quality], ["full", "good"]);
});

spec("a crash loop walks down the ladder as in a cell of its own, and costs nobody else a job", () => {
  const samples: number[] = [];
  const board = new SimulatedBoard({
    changes: [["placement", "shared"]],
    onReading: ({ reading, sampledAtUs }) => {
      if (reading === "temperature") samples.push(sampledAtUs / 1e6);
    },
  });
  board.until(30);
  samples.length = 0;
  for (let tries = 0; board.trace.mode("soil") !== "off"; tries++) {
    assert.ok(tries < 40);
    board.crash("soil");
    board.for(0.1);
  }
  board.until(60);
  assert.equal(restarts(board, "climate", "soil"), [0, 12]);
  assert.equal(
    [...new Set(samples.slice(1).map((at, index) => (at - samples[index]!).toFixed(3)))],
    ["1.000"],
  );
});

spec(
  "a cell that hangs is one failure, of the cell: all are fenced and start again, only the culprit is blamed",
  () => {
    const board = sharedBoard();
    hang(board, "climate");
    board.for(0.05);
    const told = board.trace.news();
    assert.equal(told, [
      "30.000 fenced owner=0 epoch=1 lines=[]",
      "30.000 fenced owner=1 epoch=1 lines=[]",
      `30.000 cellEnded cell="${SHARED}" culprit="climate" members=["climate","soil"]: hung`,
      "30.000 climate restart full restarts=1: hung",
      `30.000 soil restart full restarts=1: cell ${SHARED}: hung, because of climate`,
    ]);
    board.for(5);
    assert.equal([board.trace.mode("climate"), board.trace.mode("soil")], ["full", "full"]);
  },
);

spec("the one whose fault it was twice gets a cell of its own, the others stay together", () => {
  const board = new SimulatedBoard({
    changes: [
      ["placement", "shared"],
      ["devices.light.cell", "i2c-1"],
    ],
  });
  board.until(30);
  hang(board, "climate");
  board.for(2);
  board.trace.news();
  hang(board, "climate");
  board.for(2);
  assert.ok(
    board.trace.news().includes(`32.000 ownCell cell="${SHARED}" devices=["climate"]: hung`),
    "it is told",
  );
  assert.equal(board.housing.cellOf("soil")!.members, ["soil", "light"]);
  assert.is(board.housing.cellOf("climate"), undefined);
  assert.ok(board.kernel.cellNames.includes("climate") && board.kernel.cellNames.includes(SHARED));
  board.kernel.endCell("climate", 1, "hung");
  board.for(5);
  assert.equal(restarts(board, "climate", "soil", "light"), [3, 2, 2], "from then on it hangs alone");
  assert.equal(
    MEMBERS.map((id) => board.trace.mode(id)),
    ["full", "full"],
  );
});

spec("innocent devices keep their mode however often somebody else ends their cell", () => {
  const board = new SimulatedBoard({ changes: [["placement", "shared"]] });
  board.until(30);
  for (const culprit of ["heater", "pump", "fan"]) {
    hang(board, culprit);
    board.for(1);
  }
  hang(board, "heater");
  board.for(3);
  assert.equal(restarts(board, "led"), [4], "more than cost a rung when they are its own");
  assert.is(board.trace.mode("led"), "full");
  assert.ok(!board.trace.lines.some((line) => line.includes("led mode")));
});

spec("a cell that ends twice and nobody knows why is given up: each gets its own", () => {
  const board = sharedBoard();
  for (const incarnation of [1, 2]) {
    board.kernel.endCell(SHARED, incarnation, "outOfMemory");
    board.for(2);
  }
  assert.ok(
    board.trace.news().includes(`32.000 ownCell cell="${SHARED}" devices=["climate","soil"]: outOfMemory`),
  );
  assert.ok(MEMBERS.every((id) => board.kernel.cellNames.includes(id)));
  assert.ok(!board.kernel.cellNames.includes(SHARED));
  assert.equal(
    MEMBERS.map((id) => board.trace.mode(id)),
    ["full", "full"],
  );
});

spec("a cell that the machine gave no time stays together, however often", () => {
  const board = sharedBoard();
  for (const incarnation of [1, 2, 3]) {
    board.kernel.endCell(SHARED, incarnation, "late");
    board.for(2);
  }
  assert.equal(
    board.trace.news().filter((line) => /cellEnded|ownCell/.test(line)),
    [30, 32, 34].map(
      (at) => `${at}.000 cellEnded cell="${SHARED}" culprit=null members=["climate","soil"]: late`,
    ),
  );
  assert.equal(board.housing.cellOf("soil")!.members, MEMBERS);
});

spec("outputs of a shared cell that hangs go to their policy at once, those of others stay", () => {
  const board = sharedBoard();
  board.command("led", { values: { on: true }, forMs: 60_000 });
  board.for(1);
  assert.is(board.level("led"), 1);
  hang(board, "led");
  assert.is(board.level("led"), 0);
  board.for(1);
  board.command("led", { values: { on: true }, forMs: 60_000 });
  board.for(1);
  board.crash("fan");
  board.for(1);
  assert.is(board.level("led"), 1, "a crash beside it is not its own");
});

spec("a member that dies of the end of another cell is fenced like one that crashed", () => {
  const board = sharedBoard();
  board.kernel.cell.exit(undefined, board.kernel.cell.names.whereis("soil")!, {
    cell: "light",
    cause: "hung",
  });
  board.for(0.01);
  assert.equal(board.trace.news(), [
    "30.000 fenced owner=1 epoch=1 lines=[]",
    "30.000 soil restart full restarts=1: hung",
  ]);
});

spec("a board that shares cells does the same twice", () => {
  const run = () => {
    const board = new SimulatedBoard({ changes: [["placement", "shared"]], journal: true });
    board.until(20);
    hang(board, "soil");
    board.crash("heater");
    board.until(40);
    return board.trace.journal;
  };
  assert.equal(run(), run());
});
