/** Home Assistant on a broker, and the board it stands on in the end. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is, not, ok } from "uvu/assert";
import { demoWith, PATIENT_ANSWERS, patient } from "../deploy/demo-board.ts";
import { mosquitto } from "../harness/mosquitto.ts";
import { type MqttProbe, probe } from "../harness/mqtt-probe.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { startBoard } from "./board.ts";
import { CONTROLLERS, DEVICES, LINE } from "./greenhouse.ts";

type Fields = Readonly<Record<string, unknown>>;
type Payload = "payload_on" | "payload_off" | "payload_press";

const config = demoWith(
  ...patient(DEVICES, CONTROLLERS),
  ["mqtt.homeAssistant", {}],
  ["devices.heater.minOff", undefined],
);
const withoutLight = demoWith(["mqtt.homeAssistant", {}], ["devices.light", undefined]);

spec(
  "Home Assistant finds the board, switches what it may, sees what came of it, and when board or chip are gone",
  async (t) => {
    const { url } = await mosquitto(t);
    const stateFolder = mkdtempSync(join(tmpdir(), "holdfast-home-"));
    t.defer(() => rmSync(stateFolder, { recursive: true }));
    const home = await Home.connect(t, url);
    const board = await startBoard(t, { config, broker: url, stateFolder, env: PATIENT_ANSWERS });
    const { witness } = board;
    const all = ["greenhouse", ...[...DEVICES, ...CONTROLLERS].map((id) => `greenhouse ${id}`)];
    await until("all are announced", () => home.names().length === all.length, 10_000);
    equal(home.names().sort(), all.sort());

    // The led belongs to nobody.
    const led = home.entity("greenhouse led", "switch_on");
    await home.press(led, "payload_on");
    await witness.waitUntil(LINE.led, 1);
    await until("its level comes back", () => home.last(led.state_topic)?.value === true);
    await home.press(led, "payload_off");
    await witness.waitUntil(LINE.led, 0);
    await until("its level comes back", () => home.last(led.state_topic)?.value === false);

    // The heater is the thermostat's, which leaves it off in the warm: taken, and handed back.
    await board.world("climate", { temperatureC: 26 });
    await witness.waitUntil(LINE.heater, 0, 10_000);
    const heater = home.entity("greenhouse heater", "switch_on");
    await home.press(heater, "payload_on");
    await witness.waitUntil(LINE.heater, 1);
    await until("its level comes back", () => home.last(heater.state_topic)?.value === true);
    await home.press(home.entity("greenhouse heater", "button_hand_back"), "payload_press");
    await witness.waitUntil(LINE.heater, 0);
    await until("its level comes back", () => home.last(heater.state_topic)?.value === false);

    // A press is an event, said once and kept nowhere.
    const button = home.entity("greenhouse button", "event_pressed_event");
    const heard = () => home.probe.seen.filter(({ topic }) => topic === button.state_topic);
    await board.world("button", { pressed: true });
    await until("the press is heard", () => heard().length === 1);
    await board.world("button", { pressed: false });
    await until("the release is heard", () => heard().length === 2);
    equal(
      heard().map(({ text, retain }) => [JSON.parse(text).event_type, retain]),
      (button.event_types as string[]).map((type) => [type, false]),
    );

    // A chip that is unplugged takes the availability of its readings with it, not that of the mode and its cause.
    const { availability } = home.entity("greenhouse climate", "sensor_temperature");
    const [status, quality] = availability as { topic: string }[];
    is(home.last(status!.topic)?.state, "online");
    // The jump to the warm is suspect for some samples.
    await until("it is available", () => home.last(quality!.topic)?.quality === "good", 10_000);
    await board.world("climate", { fault: "unplugged" });
    await until("it is not available", () => home.last(quality!.topic)?.quality === "bad", 8000);
    await board.waitForLast("climate/state", "a cause", ({ cause }) => typeof cause === "string");
    not("availability" in home.entity("greenhouse climate", "sensor_ladder_mode"));

    // A power cut: the last will speaks for the board, and what it announced stays.
    const uid = String(home.last(status!.topic)?.uid);
    await board.discard();
    await until("it is offline", () => home.last(status!.topic)?.state === "offline", 10_000);
    is(home.names().length, all.length);

    // It comes back as itself, without the light sensor.
    const light = home.topicOf("greenhouse light");
    ok(light.includes(uid));
    await startBoard(t, { config: withoutLight, broker: url, stateFolder });
    await until("the sensor disappears", () => home.probe.texts(light).at(-1) === "", 10_000);
    is(home.last(status!.topic)?.uid, uid);
    is(home.names().length, all.length - 1);
  },
  { limitMs: 120_000 },
);

spec(
  "the same through the board's own broker: found by one that comes later, told again, a command carried out",
  async (t) => {
    const board = await startBoard(t, { config, env: PATIENT_ANSWERS });
    const home = await Home.connect(t, board.mqttUrl);
    const count = 1 + DEVICES.length + CONTROLLERS.length;
    await until("all are announced", () => home.names().length === count, 10_000);
    const mark = home.probe.seen.length;
    await home.probe.send("homeassistant/status", "online");
    const again = () =>
      new Set(home.probe.seen.slice(mark).flatMap(({ topic }) => (topic.endsWith("/config") ? [topic] : [])));
    await until("all are announced again", () => again().size === count, 10_000);

    const fan = home.entity("greenhouse fan", "number_level");
    is(fan.command_template, '{"level":{{ (value / 100) | round(4) }}}');
    await home.probe.send(String(fan.command_topic), '{"level":0.37}');
    await until("its level comes back", () => home.last(fan.state_topic)?.value === 0.37);
    const order = home.entity("greenhouse led", "select_ladder_order");
    await home.probe.send(String(order.command_topic), '{"mode":"safe"}');
    await until("the order is seen", () => home.last(order.state_topic)?.mode === "safe");
    equal((home.last(order.state_topic)!.modeOverride as Fields).mode, "safe");
    await board.stop();
  },
  { limitMs: 60_000 },
);

/** What Home Assistant does with a broker: it subscribes, takes announcements, publishes payloads that they name. */
class Home {
  readonly probe: MqttProbe;

  private constructor(listening: MqttProbe) {
    this.probe = listening;
  }

  static async connect(t: SpecContext, url: string): Promise<Home> {
    return new Home(await probe(t, url, ["homeassistant/#", "holdfast/#"]));
  }

  /** Names of all devices that are announced now. */
  names(): string[] {
    return this.#announced().map(([, { device }]) => String(device.name));
  }

  topicOf(name: string): string {
    return this.#announced().find(([, { device }]) => device.name === name)![0];
  }

  entity(name: string, id: string): Fields {
    const found = this.#announced().find(([, { device }]) => device.name === name);
    return found![1].components[id]!;
  }

  /** The last document of a topic that an entity names. */
  last(topic: unknown): Fields | undefined {
    return this.probe.last(String(topic));
  }

  press(entity: Fields, payload: Payload): Promise<void> {
    is(entity.retain, false, "a retained command would be refused");
    return this.probe.send(String(entity.command_topic), String(entity[payload]));
  }

  #announced(): [topic: string, { device: Fields; components: Record<string, Fields> }][] {
    const latest = new Map(this.probe.seen.map(({ topic, text }) => [topic, text]));
    return [...latest].flatMap(([topic, text]) =>
      topic.endsWith("/config") && text !== "" ? [[topic, JSON.parse(text)]] : [],
    );
  }
}
