import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { equal, is, match, ok } from "uvu/assert";
import { demoWith, patient } from "../deploy/demo-board.ts";
import { spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { sharedBoard } from "./board.ts";
import { holdfast } from "./command-line.ts";
import { CONTROLLERS, DEVICES, LINE } from "./greenhouse.ts";

/** Short probations, so that the way up takes seconds; and nothing goes down but by an order. */
const config = demoWith(
  ["devices.led.probation", "1s"],
  ["devices.soil.probation", "1s"],
  ["devices.heater.minOff", undefined],
  ["controllers.thermostat.probation", "1s"],
  ...patient(DEVICES, CONTROLLERS),
);
const { spec: onBoard, end } = sharedBoard(spec, { config });

onBoard(
  "an order over MQTT takes a device down at once, says for how long, and ends with auto",
  async (board) => {
    const { witness } = board;
    await board.command("led", { on: true, for: "5m" });
    await witness.waitUntil(LINE.led, 1);
    const mark = board.mark;
    await board.command("led", { mode: "safe", for: "10m", id: "down" });
    await witness.waitUntil(LINE.led, 0);
    const event = await board.waitForEvent("mode", "led", mark);
    const { from, to, mode, cause, why } = event;
    equal(
      { from, to, mode, cause, why },
      {
        from: "full",
        to: "safe",
        mode: "safe",
        cause: "an operator asked for safe for 10m",
        why: { kind: "operator", asked: "safe", forMs: 600_000 },
      },
    );
    const order = await board.waitForEvent("order", "led", mark);
    equal([order.asked, order.forMs, order.id], ["safe", 600_000, "down"]);
    const state = await board.waitForLast("led/state", "held", ({ mode, modeOverride }) => {
      return mode === "safe" && modeOverride !== null;
    });
    const { remainingMs } = state.modeOverride as { remainingMs: number };
    ok(remainingMs > 590_000 && remainingMs <= 600_000, `${remainingMs} ms left`);
    await board.command("led", { on: true });
    match((await board.waitForError("led", mark)).reason, /in mode safe/);
    await board.command("led", { mode: "auto" });
    await board.waitForLast("led/state", "up again", ({ mode }) => mode === "full", 10_000);
    const steps = () => board.events("mode", "led", mark).map((step) => [step.from, step.to]);
    await until("all steps are told", () => steps().length >= 3);
    equal(steps(), [
      ["full", "safe"],
      ["safe", "reduced"],
      ["reduced", "full"],
    ]);
  },
);

onBoard("what is no order is refused with its reason, retained ones too", async (board) => {
  const mark = board.mark;
  await board.command("button", { mode: "fast" });
  match((await board.waitForError("button", mark)).reason, /"mode" is one of/);
  await board.command("thermostat", { mode: "reduced" });
  match((await board.waitForError("thermostat", mark)).reason, /it has no mode reduced/);
  const topic = board.topic("soil/set");
  await board.mqtt.send(topic, { mode: "off" }, true);
  match((await board.waitForError("soil", mark)).reason, /retain/);
  await board.mqtt.send(topic, "", true);
  is(board.last("soil/state")?.mode, "full");
});

onBoard(
  "the command line gives the same orders, and tells the modes with their reasons",
  async (board, t) => {
    const url = ["--url", board.mqttUrl];
    const mark = board.mark;
    const kept = await holdfast(t, ["mode", "soil", "off", "--for", "10m", "--json", ...url]);
    is(kept.code, 0, kept.err);
    const { device, mode, for: forText } = JSON.parse(kept.out);
    equal([device, mode, forText], ["soil", "off", "10m"]);
    await board.waitForLast("soil/state", "off", (state) => state.mode === "off", 15_000);
    await board.waitForLast("irrigation/state", "safe", (state) => state.mode === "safe", 15_000);
    const one = await holdfast(t, ["mode", "soil", "--json", ...url]);
    equal(JSON.parse(one.out).why, { kind: "operator", asked: "off", forMs: 600_000 });
    const all = await holdfast(t, ["mode", ...url]);
    match(all.out, /^soil +off +an operator asked for off for 10m; at most off for (10m|9m\d+s)/m);
    match(all.out, /^climate +full$/m);
    match(all.out, /^irrigation +safe +(soil is off|no valid|the moisture)/m);
    await board.waitForLast(
      "soil/moisture",
      "not good for ever",
      ({ quality }) => quality === "stale",
      10_000,
    );
    is((await holdfast(t, ["mode", "soil", "auto", ...url])).code, 0);
    await board.waitForLast("soil/state", "tried", (state) => state.mode !== "off");
    for (const kind of ["crash", "restart"])
      equal(board.events(kind, "soil", mark), [], "it did nothing wrong");
    is((await holdfast(t, ["mode", "soil", "fast", ...url])).code, 3);
    is((await holdfast(t, ["mode", "soil", "reduced", "--for", "2d", ...url])).code, 3);
    is((await holdfast(t, ["mode", "sole", "safe", ...url])).code, 2);
    is((await holdfast(t, ["mode", "soil", "--for", "1m", ...url])).code, 2);
  },
  40_000,
);

onBoard(
  "a runtime that is killed is followed by one that knows who is down, why, and until when",
  async (board) => {
    await board.command("heater", { mode: "off", for: "10m" });
    await board.waitForLast("heater/state", "off", ({ mode }) => mode === "off", 15_000);
    const file = join(board.stateFolder, "greenhouse", "ladders.json");
    await until(
      "it is written",
      () => existsSync(file) && readFileSync(file, "utf8").includes('"heater"'),
      15_000,
    );
    const { runtimePid } = board;
    process.kill(runtimePid, "SIGKILL");
    await until("another runtime", () => board.runtimePid !== runtimePid, 20_000);
    // Its broker is new as well: what it says once may be said before we hear it, and nothing else is heard from here on.
    const mark = board.mark;
    await board.waitForSaid(
      "status",
      "of the next life",
      mark,
      ({ incarnation }) => incarnation === 2,
      20_000,
    );
    const state = await board.waitForSaid(
      "heater/state",
      "off again",
      mark,
      ({ mode, modeOverride }) => mode === "off" && modeOverride !== null,
      10_000,
    );
    is(state.cause, "an operator asked for off for 10m");
    const { remainingMs } = state.modeOverride as { remainingMs: number };
    ok(remainingMs > 500_000 && remainingMs < 600_000, `its time runs on: ${remainingMs} ms`);
    is(await board.witness.level(LINE.heater), 0);
    await board.waitForSaid("climate/state", "in service", mark, ({ mode }) => mode === "full", 10_000);
    const asked = board.mark;
    await board.command("heater", { mode: "auto" });
    await board.waitForSaid("heater/state", "tried", asked, ({ mode }) => mode === "safe", 10_000);
  },
  60_000,
);

end();
