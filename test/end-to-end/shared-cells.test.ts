/** The demo board with as few cells as it can have: climate and soil live in one, the four outputs in another. */
import { fileURLToPath } from "node:url";
import { equal, is, match, ok } from "uvu/assert";
import { demoWith, patient } from "../deploy/demo-board.ts";
import { spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { type Board, sharedBoard } from "./board.ts";
import { CONTROLLERS, DEVICES, LINE } from "./greenhouse.ts";

const ALL = [...DEVICES, ...CONTROLLERS];
/** Nothing hangs by itself but what is told to. */
const PATIENT = patient(
  DEVICES.filter((id) => id !== "fan" && id !== "climate"),
  CONTROLLERS,
);
const drivers = fileURLToPath(new URL("./drivers", import.meta.url));
const { spec: onBoard, end } = sharedBoard(spec, {
  config: demoWith(["placement", "shared"], ["devices.fan.hardDeadline", "300ms"], ...PATIENT),
  env: { HOLDFAST_DRIVERS: drivers },
});

/** Restarts of everybody, as they say. */
function restarts(board: Board): Record<string, number> {
  return Object.fromEntries(ALL.map((id) => [id, Number(board.last(`${id}/state`)?.restarts)]));
}

/** Injects a fault and waits until `hit` are in service again, each with one restart more; nobody else has one. */
async function disturb(board: Board, device: string, fault: string, hit: readonly string[]): Promise<void> {
  for (const id of ALL) await board.waitForLast(`${id}/state`, "known", ({ mode }) => mode !== "starting");
  const before = restarts(board);
  await board.world(device, { fault });
  for (const id of hit) {
    await board.waitForLast(`${id}/state`, "in service again", ({ restarts, mode }) => {
      return restarts === before[id]! + 1 && mode !== "starting";
    });
  }
  const after = Object.fromEntries(ALL.map((id) => [id, before[id]! + (hit.includes(id) ? 1 : 0)] as const));
  equal(restarts(board), after);
}

onBoard("a crash in a shared cell restarts one device", async (board) => {
  const mark = board.mark;
  await disturb(board, "soil", "crash", ["soil"]);
  await board.waitForEvent("crash", "soil", mark);
  const [crash, ...others] = board.events("crash", undefined, mark);
  equal([crash?.device, crash?.process, others.length], ["soil", "soil", 0]);
  match(String(crash?.pid), /^<greenhouse\.shared:i2c-1\.\d+>$/);
});

onBoard(
  "a hang takes the cell along, and the guardian every output in it; it is one failure",
  async (board) => {
    await board.command("led", { on: true });
    await board.witness.waitUntil(LINE.led, 1);
    const mark = board.mark;
    await disturb(board, "fan", "hang", ["heater", "pump", "fan", "led"]);
    is(await board.witness.level(LINE.led), 0);
    const told = () => board.events("restart", "led", mark).length * board.events("hung", "fan", mark).length;
    await until("both are told", () => told() > 0);
    await board.waitForEvent("cellEnded", undefined, mark);
    const [ended, ...others] = board.events("cellEnded", undefined, mark);
    equal([ended?.cell, ended?.culprit, ended?.cause, others.length], ["shared:outputs", "fan", "hung", 0]);
    is(board.events("hung", "fan", mark).length, 1, "the watchdog knows who it was");
    const led = board.events("restart", "led", mark)[0];
    is(led?.cause, "cell shared:outputs: hung, because of fan");
    ok(!board.events("mode", undefined, mark).some(({ device }) => device === "led"), "it keeps its mode");
  },
);

onBoard(
  "a leak is seen, too; the second end because of one device gives that a cell of its own",
  async (board) => {
    await disturb(board, "climate", "hang", ["climate", "soil"]);
    const mark = board.mark;
    await disturb(board, "climate", "leak", ["climate", "soil"]);
    const moved = await board.waitForEvent("ownCell", undefined, mark);
    equal([moved.cell, moved.devices], ["shared:i2c-1", ["climate"]]);
    await disturb(board, "climate", "hang", ["climate"]);
    await disturb(board, "soil", "crash", ["soil"]);
  },
);

onBoard("a driver is not changed in a shared cell, and the board says what to do", async (board) => {
  const mark = board.mark;
  await board.world("led", { driver: "next-version", trial: "1s" });
  const { reason } = await board.waitForEvent("refused", "led", mark);
  match(String(reason), /^led shares the cell shared:outputs with heater, pump, fan, .*\("cell": "own"\)$/);
});

end();
