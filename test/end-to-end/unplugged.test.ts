import { is, match, ok } from "uvu/assert";
import { demoWith, patient } from "../deploy/demo-board.ts";
import { spec } from "../harness/spec.ts";
import { Stalls } from "../harness/stalls.ts";
import { quietFor, until } from "../harness/until.ts";
import { sharedBoard } from "./board.ts";
import { LINE } from "./greenhouse.ts";
import { nobodyElse, others, quietControl } from "./others.ts";

/** Lower modes as quick as full and a short probation, so that the way down and up takes seconds. */
const quick = (device: string, every: string) =>
  [
    [`devices.${device}.every`, every],
    [`devices.${device}.modes`, { reduced: { every }, safe: { every } }],
    [`devices.${device}.probation`, "1s"],
  ] as const;
const config = demoWith(
  ...quick("climate", "500ms"),
  ...quick("soil", "500ms"),
  ...quick("light", "2s"),
  ["controllers.thermostat.probation", "1s"],
  ["controllers.irrigation.probation", "1s"],
  ["devices.heater.minOff", undefined],
  ["devices.pump.minOff", undefined],
  ["controllers.irrigation.settings.onFor", "1m"],
  // What is unplugged goes down by that alone.
  ...patient(["climate", "soil", "light"], []),
);
const stalls = new Stalls();
const { spec: onBoard, end } = sharedBoard(spec, { config });

onBoard(
  "a climate chip that is unplugged costs the heater at once, and climbs back when it is plugged in",
  async (board) => {
    const { witness } = board;
    await board.world("climate", { temperatureC: 15 });
    await witness.waitUntil(LINE.heater, 1, 10_000);
    const control = await quietControl(board, stalls, 4000);
    const mark = board.mark;
    const records = witness.mark;

    const seen = await others(board, stalls, ["climate", "thermostat", "heater"], async () => {
      await board.world("climate", { fault: "unplugged" });
      const bad = await board.waitForLast("climate/temperature", "bad", ({ quality }) => quality === "bad");
      is(bad.value, null, "no old value is shown");
      await witness.waitFor(LINE.heater, 0, records, 5000);
      const safe = await board.waitForLast("thermostat/state", "safe", ({ mode }) => mode === "safe");
      match(String(safe.cause), /temperature/);
      await board.waitForLast("climate/state", "safe", ({ mode }) => mode === "safe");
    });
    nobodyElse("unplugged", seen, control);
    for (const reading of ["temperature", "humidity", "pressure"])
      await board.waitForLast(`climate/${reading}`, "bad", ({ quality }) => quality === "bad");
    match(String(board.last("climate/state")?.cause), /address_nak|does not answer|no answer|nak/i);
    const down = () => board.events("mode", "climate", mark).map(({ mode }) => mode);
    await until("both steps are told", () => down().length >= 2);
    is(down().join(" > "), "reduced > safe");
    is(board.last("climate/state")?.restarts, 0, "a chip that is away is no reason to restart its driver");
    is(await witness.level(LINE.heater), 0, "the heater stays off");

    const plugged = board.mark;
    const cold = witness.mark;
    await board.world("climate", { fault: null });
    await board.waitForLast("climate/temperature", "good", ({ quality }) => quality === "good", 10_000);
    await witness.waitFor(LINE.heater, 1, cold, 10_000);
    await board.waitForLast("thermostat/state", "full", ({ mode }) => mode === "full");
    await board.waitForLast("climate/state", "full", ({ mode }) => mode === "full", 15_000);
    const climbed = () => board.events("mode", "climate", plugged).map(({ mode }) => mode);
    await until("both steps are told", () => climbed().length >= 2);
    is(climbed().join(" > "), "reduced > full");
  },
  60_000,
);

onBoard(
  "a soil probe that is unplugged while the pump runs stops the pump",
  async (board) => {
    const { witness } = board;
    await board.world("soil", { moisturePercent: 10 });
    await witness.waitUntil(LINE.pump, 0, 10_000);
    const records = witness.mark;
    await board.world("soil", { fault: "unplugged" });
    await board.waitForLast(
      "soil/moisture",
      "bad",
      ({ quality, value }) => quality === "bad" && value === null,
    );
    await witness.waitFor(LINE.pump, 1, records, 5000);
    await board.waitForLast("irrigation/state", "safe", ({ mode }) => mode === "safe");
    await board.world("soil", { fault: null });
    await board.waitForLast("soil/moisture", "good", ({ quality }) => quality === "good", 10_000);
    await board.waitForLast("soil/state", "full", ({ mode }) => mode === "full", 15_000);
  },
  40_000,
);

onBoard("a chip that is plugged in again within two jobs costs nothing but the reading", async (board) => {
  await board.waitForLast("light/state", "full", ({ mode }) => mode === "full");
  const mark = board.mark;
  await board.world("light", { fault: "unplugged" });
  await board.waitForLast("light/illuminance", "bad", ({ quality }) => quality === "bad", 10_000);
  await board.world("light", { fault: null });
  await board.waitForLast("light/illuminance", "good", ({ quality }) => quality === "good", 10_000);
  await board.waitForLast("light/state", "no cause", ({ mode, cause }) => mode === "full" && cause === null);
  ok(board.events("restart", "light", mark).length === 0);
});

onBoard("a fault that the world does not know is refused with a reason", async (board) => {
  const mark = board.mark;
  await board.world("led", { fault: "unplugged" });
  const refused = await board.waitForEvent("refused", "led", mark);
  match(String(refused.reason), /no bus/);
  await board.world("led", { temperatureC: 4 });
  await until("both are refused", () => board.events("refused", "led", mark).length === 2);
  await quietFor(100);
  is((await board.health()).ok, true);
});

end();

spec("the stall watch ends with the tests", () => stalls.stop(), { always: true });
