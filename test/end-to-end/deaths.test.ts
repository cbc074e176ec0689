import { equal, is } from "uvu/assert";
import { PATIENT_ANSWERS, patient } from "../deploy/demo-board.ts";
import { spec } from "../harness/spec.ts";
import { quietFor, until } from "../harness/until.ts";
import { type Board, sharedBoard, startBoard } from "./board.ts";
import { DEVICES, LINE } from "./greenhouse.ts";
import { manualBoard } from "./manual-board.ts";
import { processesKnowing, runs } from "./processes.ts";

/** What is waited for, on a machine that holds up whoever makes it safe; the benchmarks say how quick it is. */
const SAFE_WITHIN_MS = 2000;

const config = manualBoard(...patient([...DEVICES, "hold"], []));
const { spec: onBoard, end } = sharedBoard(spec, { config, env: PATIENT_ANSWERS });

onBoard(
  "a runtime that is killed leaves pump and heater safe and what holds held, and comes back",
  (board) => dies(board, "SIGKILL"),
  40_000,
);

onBoard(
  "a runtime that is frozen leaves pump and heater safe and what holds held, and comes back",
  (board) => dies(board, "SIGSTOP"),
  40_000,
);

async function dies(board: Board, signal: "SIGKILL" | "SIGSTOP") {
  await allOn(board);
  const { witness, runtimePid } = board;
  const incarnation = Number(board.last("status")?.incarnation);
  const mark = witness.mark;
  const heard = board.mark;
  const killedUs = nowUs();
  process.kill(runtimePid, signal);
  await safeAfter(board, mark, killedUs, signal);
  await until("the runtime is gone", () => !runs(runtimePid), 5000);
  await comesBack(board, heard, incarnation + 1);
  await anotherRuntime(board, runtimePid);
}

onBoard(
  "a guardian that is killed is started again: it adopts the lines, makes them safe, and holds what holds",
  async (board) => {
    await allOn(board);
    const { witness, runtimePid, guardianPid } = board;
    const mark = witness.mark;
    const heard = board.mark;
    const killedUs = nowUs();
    process.kill(guardianPid, "SIGKILL");
    await until("the runtime ends itself", () => !runs(runtimePid), 5000);
    await until("another guardian", () => board.guardianPid !== guardianPid, 5000);
    await safeAfter(board, mark, killedUs, "guardian killed", 5 * SAFE_WITHIN_MS);
    // A new guardian counts afresh.
    await comesBack(board, heard, 1);
    await anotherRuntime(board, runtimePid);
    is(runs(board.worldPid), true, "the world bears witness throughout");
  },
  40_000,
);

onBoard(
  "a guardian that is frozen and killed while the board is idle comes back with every line as it was",
  async (board) => {
    await board.command("hold", { on: true });
    await board.witness.waitUntil(LINE.hold, 1);
    const { guardianPid, runtimePid } = board;
    const mark = board.witness.mark;
    const heard = board.mark;
    process.kill(guardianPid, "SIGSTOP");
    await quietFor(300);
    process.kill(guardianPid, "SIGKILL");
    // Its status would say the same as that of the next one.
    await until("the runtime ends itself", () => !runs(runtimePid), 5000);
    await until("another guardian", () => board.guardianPid !== guardianPid, 5000);
    await comesBack(board, heard, 1);
    await anotherRuntime(board, runtimePid);
    equal(board.witness.since(mark), [], "no line moved, not even for a moment");
  },
  40_000,
);

onBoard("what was held obeys the runtime that came back", async (board) => {
  await board.waitForLast("hold/on", "still on", ({ value }) => value === true);
  const mark = board.witness.mark;
  await board.command("hold", { on: false });
  await board.witness.waitFor(LINE.hold, 0, mark);
});

end();

spec(
  "without its world the board ends, says so, and exits with 1",
  async (t) => {
    const board = await startBoard(t);
    process.kill(board.worldPid, "SIGKILL");
    is(await board.ended(), 1);
    // What a process has written may be read after its end.
    const isSaid = () => board.err.some((line) => String(line).includes("world ended"));
    await until("it says so", isSaid).catch(() => {
      throw new Error(`not said:\n${board.logText()}`);
    });
    await until("nothing is left running", () => processesKnowing(board.folder).length === 0);
  },
  { limitMs: 50_000 },
);

async function allOn(board: Board) {
  for (const device of ["heater", "pump", "hold"]) await board.command(device, { on: true });
  await board.witness.waitUntil(LINE.heater, 1);
  await board.witness.waitUntil(LINE.pump, 0);
  await board.witness.waitUntil(LINE.hold, 1);
}

async function safeAfter(
  board: Board,
  mark: number,
  killedUs: number,
  what: string,
  limitMs = SAFE_WITHIN_MS,
) {
  const { witness } = board;
  const heater = await witness.waitFor(LINE.heater, 0, mark, limitMs);
  const pump = await witness.waitFor(LINE.pump, 1, mark, limitMs);
  const ms = (atUs: number) => ((atUs - killedUs) / 1000).toFixed(1);
  console.log(`  ${what}: heater safe after ${ms(heater.atUs)} ms, pump after ${ms(pump.atUs)} ms`);
  equal(witness.since(mark, LINE.hold), [], "the line that holds did not move");
  is(await witness.level(LINE.hold), 1);
}

/** All devices in service again, and the lines where policy left them. */
async function comesBack(board: Board, heard: number, incarnation: number) {
  const statusTopic = board.topic("status");
  await until(
    `status of incarnation ${incarnation}`,
    () =>
      board.mqtt.seen
        .slice(heard)
        .some(({ topic, text }) => topic === statusTopic && isOnline(text, incarnation)),
    20_000,
  );
  await board.inService();
  const levels = await board.witness.levels();
  is(levels[LINE.heater], 0, "the heater is not switched on again by itself");
  is(levels[LINE.pump], 1, "nor the pump");
  is(levels[LINE.hold], 1, "what holds is still held");
  const measured = board.mark;
  const topic = board.topic("timing/climate");
  await until(
    "it measures again",
    () => board.mqtt.seen.slice(measured).some((seen) => seen.topic === topic),
    8000,
  );
}

/** The log says which one; it comes by another way than what the runtime itself says. */
function anotherRuntime(board: Board, runtimePid: number): Promise<void> {
  return until("the log names another runtime", () => board.runtimePid !== runtimePid, 5000);
}

function isOnline(text: string, incarnation: number): boolean {
  const status = JSON.parse(text) as Record<string, unknown>;
  return status.state === "online" && status.incarnation === incarnation;
}

/** CLOCK_MONOTONIC, as the witness has it. */
function nowUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
