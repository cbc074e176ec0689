import { is } from "uvu/assert";
import { demoWith, PATIENT_ANSWERS, patient } from "../deploy/demo-board.ts";
import { isListening } from "../harness/free-port.ts";
import { mosquitto } from "../harness/mosquitto.ts";
import { spec } from "../harness/spec.ts";
import { quietFor, until } from "../harness/until.ts";
import { startBoard } from "./board.ts";
import { CONTROLLERS, DEVICES, LINE, READINGS } from "./greenhouse.ts";

spec(
  "without its broker the board goes on controlling, and says everything again when the broker is back",
  async (t) => {
    const broker = await mosquitto(t);
    const config = demoWith(
      ...patient(DEVICES, CONTROLLERS),
      ["devices.heater.minOff", undefined],
      ["devices.heater.lease", "4s"],
    );
    const board = await startBoard(t, { config, broker: broker.url, env: PATIENT_ANSWERS });
    const { witness } = board;
    is(await isListening(board.mqttPort), false, "there is no second broker");
    await until("every reading", () => Object.keys(READINGS).every((reading) => board.last(reading)), 8000);
    is(board.last("status")?.state, "online");

    // Heating while the broker dies: the lease of the line goes on being renewed.
    await board.world("climate", { temperatureC: 15 });
    // Where the first decision came before the first sample, the thermostat has its probation of 10 s to wait for.
    await witness.waitUntil(LINE.heater, 1, 20_000);
    const alone = witness.mark;
    await broker.kill();
    await quietFor(6000);
    is(witness.since(alone, LINE.heater).length, 0, "the heater stays on beyond its lease of 4 s");
    // And the loop is closed: the witness warms the house, and cools it again.
    await witness.set("climate", { temperatureC: 26 });
    await witness.waitFor(LINE.heater, 0, alone, 6000);
    await witness.set("climate", { temperatureC: 15 });
    await witness.waitFor(LINE.heater, 1, alone, 6000);
    await until("its end is seen", async () => (await board.health()).broker === "offline");
    const { ok: healthy, restarts } = await board.health();
    is(healthy, true, "a broker that is away is no fault of the board");
    is(restarts, 0);

    const mark = board.mark;
    await broker.start();
    await until("the board is back", () => retained("status") !== undefined, 15_000);
    const again = [
      "status",
      "index",
      ...Object.keys(READINGS),
      ...[...DEVICES, ...CONTROLLERS].map((id) => `${id}/state`),
    ];
    for (const topic of again) await until(`${topic} is said again`, () => retained(topic), 10_000);
    is(JSON.parse(retained("status")!).state, "online");
    // A client that comes only now finds it all in the broker, which has kept nothing from before.
    const late = await board.probe(["holdfast/#"]);
    for (const topic of again)
      await until(`${topic} is retained`, () =>
        late.seen.some((seen) => seen.topic === board.topic(topic) && seen.retain),
      );
    await board.waitForEvent("link", undefined, mark);
    await board.command("led", { on: true });
    await witness.waitUntil(LINE.led, 1);
    await board.stop();

    function retained(topic: string): string | undefined {
      return board.mqtt.seen.slice(mark).find((seen) => seen.topic === board.topic(topic))?.text;
    }
  },
  { limitMs: 90_000 },
);
