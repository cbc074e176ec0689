import { equal, is, match, ok } from "uvu/assert";
import { demoWith, PATIENT_ANSWERS, patient } from "../deploy/demo-board.ts";
import { mosquitto } from "../harness/mosquitto.ts";
import { probe } from "../harness/mqtt-probe.ts";
import { spec } from "../harness/spec.ts";
import { quietFor, until } from "../harness/until.ts";
import { type Board, sharedBoard, startBoard } from "./board.ts";
import { CONTROLLERS, DEVICES, LINE } from "./greenhouse.ts";

/**
 * The pump may be on at once, and is wanted for longer than the test of that takes; the fan rests after a second and a half; the
 * heater is left to its controller.
 */
const config = demoWith(
  ...patient(DEVICES, CONTROLLERS),
  ["devices.pump.minOff", undefined],
  ["controllers.irrigation.settings.onFor", "50s"],
  ["devices.fan.maxOn", "1500ms"],
  ["devices.fan.maxOnRest", "10s"],
  ["devices.led.commandFor", "1500ms"],
);
const { spec: onBoard, end } = sharedBoard(spec, { config, env: PATIENT_ANSWERS });

onBoard(
  "on for an output that a controller owns is refused with its owner, and nothing moves",
  async (board) => {
    const { witness } = board;
    const mark = board.mark;
    const records = witness.mark;
    await board.command("pump", { on: true, id: "plain" });
    const { reason, command } = await board.waitForError("pump", mark);
    match(reason, /ownedBy irrigation/);
    is((command as { id: string }).id, "plain");
    is((await board.waitForEvent("refused", "pump", mark)).reason, reason);
    equal(witness.since(records, LINE.pump), []);
  },
);

onBoard("an override holds for its time, says so, and ends by itself", async (board) => {
  const { witness } = board;
  const mark = board.mark;
  const records = witness.mark;
  // Long enough to be said, whoever is held up.
  await board.command("pump", { on: true, override: true, for: "45s" });
  await witness.waitFor(LINE.pump, 0, records);
  const state = await board.waitForSaid(
    "pump/state",
    "an override",
    mark,
    ({ override, commanded }) => override !== null && commanded !== null,
  );
  const { remainingMs } = state.override as { remainingMs: number };
  ok(remainingMs > 0 && remainingMs <= 45_000, `${remainingMs} ms left`);
  equal(state.commanded, { on: true });
  await board.waitForSaid("pump/on", "read back", mark, ({ value }) => value === true);
  // The later command counts.
  const sentUs = Number(process.hrtime.bigint() / 1000n);
  await board.command("pump", { on: true, override: true, for: "2s" });
  const off = await witness.waitFor(LINE.pump, 1, records, 5000);
  await board.waitForEvent("commandExpired", "pump", mark);
  const heldMs = (off.atUs - sentUs) / 1000;
  console.log(`  an override for 2 s held ${heldMs.toFixed(0)} ms`);
  ok(heldMs > 1500 && heldMs < 10_000);
  await board.waitForLast("pump/state", "no override", ({ override }) => override === null);
});

onBoard("override false gives the output back at once", async (board) => {
  const { witness } = board;
  const mark = board.mark;
  const records = witness.mark;
  await board.command("pump", { on: true, override: true, for: "5m" });
  await witness.waitFor(LINE.pump, 0, records);
  await board.waitForSaid("pump/state", "an override", mark, ({ override }) => override !== null);
  await board.command("pump", { override: false });
  await witness.waitFor(LINE.pump, 1, records);
  await board.waitForLast("pump/state", "no override", ({ override }) => override === null);
});

onBoard("an override longer than the configuration allows, or without an end, is refused", async (board) => {
  const records = board.witness.mark;
  for (const command of [
    { on: true, override: true, for: "11m" },
    { on: true, override: true },
    { on: true, override: true, for: "soon" },
  ]) {
    const mark = board.mark;
    await board.command("pump", command);
    match((await board.waitForError("pump", mark)).reason, /10m|how long|time/);
  }
  equal(board.witness.since(records, LINE.pump), []);
});

onBoard("off is accepted from anybody, and sticks against the controller", async (board) => {
  const { witness } = board;
  const watering = witness.mark;
  await board.world("soil", { moisturePercent: 10 });
  await witness.waitFor(LINE.pump, 0, watering, 10_000);
  const mark = board.mark;
  const stopped = witness.mark;
  await board.command("pump", { on: false });
  await witness.waitFor(LINE.pump, 1, stopped);
  await quietFor(2500);
  is(witness.since(stopped, LINE.pump).length, 1, "the controller does not switch it on again");
  equal(board.errors("pump", mark), []);
  await board.command("pump", { override: false });
  await witness.waitUntil(LINE.pump, 0, 5000);
  await board.world("soil", { moisturePercent: 70 });
  await witness.waitUntil(LINE.pump, 1, 10_000);
});

onBoard("a command without for ends after the device's commandFor", async (board) => {
  const { witness } = board;
  const mark = board.mark;
  const records = witness.mark;
  await board.command("led", { on: true });
  const on = await witness.waitFor(LINE.led, 1, records);
  const off = await witness.waitFor(LINE.led, 0, records, 5000);
  await board.waitForEvent("commandExpired", "led", mark);
  const heldMs = (off.atUs - on.atUs) / 1000;
  console.log(`  a command with commandFor 1500ms held ${heldMs.toFixed(0)} ms`);
  ok(heldMs > 1000 && heldMs < 10_000);
});

onBoard("maxOn fires in the guardian, and the output rests", async (board) => {
  const { witness } = board;
  const records = witness.mark;
  await board.command("fan", { level: 1 });
  const on = await witness.waitFor(LINE.fan, 1, records);
  const off = await witness.waitFor(LINE.fan, 0, records, 5000);
  await until("the guardian says maxOn", () => board.logged("event").some(({ kind }) => kind === "maxOn"));
  const heldMs = (off.atUs - on.atUs) / 1000;
  console.log(`  maxOn 1500ms fired after ${heldMs.toFixed(0)} ms`);
  ok(heldMs > 1000 && heldMs < 10_000);

  const mark = board.mark;
  const resting = witness.mark;
  await board.command("fan", { level: 1 });
  match((await board.waitForError("fan", mark)).reason, /maxOn|max_on|rest/i);
  equal(witness.since(resting, LINE.fan), [], "it rests");
  const turnsAgain = async () => {
    await board.command("fan", { level: 1 });
    await quietFor(500);
    return witness.since(resting, LINE.fan).length > 0;
  };
  await until("it has rested", turnsAgain, 20_000);
  await board.command("fan", { level: 0 });
  await witness.waitUntil(LINE.fan, 0);
});

onBoard("a command with an id is carried out once", async (board) => {
  const { witness } = board;
  const mark = board.mark;
  const records = witness.mark;
  await board.command("led", { on: true, for: "1m", id: "once" });
  await witness.waitFor(LINE.led, 1, records);
  await board.command("led", { on: false });
  await witness.waitFor(LINE.led, 0, records);
  await board.command("led", { on: true, for: "1m", id: "once" });
  const repeated = await board.waitForEvent("command", "led", mark);
  is(repeated.repeated, true);
  is(repeated.outcome, "done");
  await quietFor(300);
  is(witness.since(records, LINE.led).length, 2, "on, off, and not on again");
});

onBoard("a setpoint is bounded, and kept when its controller is started again", async (board) => {
  const mark = board.mark;
  const before = Number(board.last("thermostat/state")?.restarts);
  await board.command("thermostat", { setpointC: 45 });
  match((await board.waitForError("thermostat", mark)).reason, /10 to 30/);
  await board.command("thermostat", { setpointC: 12.5 });
  await board.waitForLast("thermostat/setpoint", "12.5", ({ value }) => value === 12.5);
  await board.world("thermostat", { fault: "crash" });
  await board.waitForEvent("restart", "thermostat", mark);
  await board.waitForLast(
    "thermostat/state",
    "runs again",
    ({ mode, restarts }) => mode === "full" && restarts === before + 1,
    30_000, // one sample that comes to nothing, and it has to prove itself for 10 s
  );
  await quietFor(1200);
  is(board.last("thermostat/setpoint")?.value, 12.5);
});

end();

spec(
  "a set that was retained before boot, and one queued while the board was off, move nothing",
  async (t) => {
    const broker = await mosquitto(t);
    const before = await probe(t, broker.url, ["holdfast/greenhouse/events"]);
    const led = "holdfast/greenhouse/led/set";
    await before.send("holdfast/greenhouse/fan/set", { level: 1 }, true);
    await before.send(led, { on: true });
    const reported = (from: number) =>
      until("the retained command is reported", () =>
        before.seen.slice(from).some(({ text }) => /"refused","device":"fan".*retain/.test(text)),
      );
    const first = await startBoard(t, { broker: broker.url });
    await reported(0);
    await nothingMoved(first);
    await first.stop();
    // Whatever session a broker kept for the board, nothing may wait for it there.
    await before.send(led, { on: true, for: "1m" });
    const mark = before.seen.length;
    const second = await startBoard(t, { broker: broker.url });
    await reported(mark);
    await nothingMoved(second);
    await before.send("holdfast/greenhouse/fan/set", "", true);
    await second.stop();
  },
  { limitMs: 90_000 },
);

async function nothingMoved(board: Board) {
  await quietFor(500);
  for (const line of [LINE.fan, LINE.led]) equal(board.witness.since(0, line), [], `${line} never moved`);
}
