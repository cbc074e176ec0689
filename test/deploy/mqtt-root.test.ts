import { EventEmitter } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MqttClient } from "mqtt";
import { equal, match, throws } from "uvu/assert";
import { readRetained } from "../../deploy/cli/board-client.ts";
import { mqttRoot } from "../../deploy/cli/mqtt-root.ts";
import { spec } from "../harness/spec.ts";
import { demoWith } from "./demo-board.ts";
import { aFolder } from "./keys/a-folder.ts";
import { failureOf } from "./update/failure-of.ts";

spec("the command line takes the root as it is told, else from the configuration, else the default", (t) => {
  const HOLDFAST_CONFIG = join(aFolder(t), "board.config.json");
  const told = { HOLDFAST_CONFIG, HOLDFAST_MQTT_ROOT: "garden" };
  writeFileSync(HOLDFAST_CONFIG, demoWith(["mqtt.root", "farm/west"]));
  equal(mqttRoot({ mqttRoot: "shed" }, told), { root: "shed", rootFrom: "--mqtt-root" });
  equal(mqttRoot({}, told), { root: "garden", rootFrom: "HOLDFAST_MQTT_ROOT" });
  equal(mqttRoot({}, { HOLDFAST_CONFIG }), {
    root: "farm/west",
    rootFrom: `mqtt.root in ${HOLDFAST_CONFIG}`,
  });
  for (const text of [demoWith(), demoWith(["mqtt.root", "#"]), demoWith(["mqtt.root", 7]), "{"]) {
    writeFileSync(HOLDFAST_CONFIG, text);
    equal(mqttRoot({}, { HOLDFAST_CONFIG }).root, "holdfast", text.slice(0, 40));
  }
});

spec("a root that is none is refused, by who has named it", () => {
  throws(() => mqttRoot({ mqttRoot: "a/#" }, {}), /--mqtt-root: "a\/#" is none; allowed are levels/);
  throws(() => mqttRoot({}, { HOLDFAST_MQTT_ROOT: "a b" }), /HOLDFAST_MQTT_ROOT: "a b" is none/);
});

spec(
  "boards are looked for below the root, whatever its levels, and where they were looked for is said",
  async () => {
    const flags = { root: "farm/west", rootFrom: "--mqtt-root", url: "", login: {}, json: false };
    const spoken = {
      "farm/west/greenhouse/status": '{"state":"online"}',
      "farm/west/greenhouse/soil/state": "{}",
    };
    const { client, asked } = aBroker(spoken);
    const { board, topics } = await readRetained(client, flags);
    equal([board, [...topics.keys()], asked], ["greenhouse", ["status", "soil/state"], ["farm/west/+/#"]]);
    const silent = await failureOf(readRetained(aBroker({}).client, flags));
    match(
      silent.message,
      "no board is online on this broker below farm/west/ (--mqtt-root); --mqtt-root names another",
    );
  },
);

spec("what a board's index names is waited for, however slowly a busy broker hands it out", async () => {
  const flags = { root: "holdfast", rootFrom: "the default", url: "", login: {}, json: false };
  const names = ["status", "index", "soil/state", "soil/moisture"].map((rest) => `holdfast/barn/${rest}`);
  const { client } = aBroker({
    "holdfast/barn/status": '{"state":"online"}',
    "holdfast/barn/index": JSON.stringify({ schema: 1, topics: names }),
    "holdfast/barn/soil/state": "{}",
  });
  const read = readRetained(client, flags);
  const late = { topic: "holdfast/barn/soil/moisture", text: Buffer.from("{}") };
  setTimeout(() => client.emit("message", late.topic, late.text, { retain: true } as never), 600);
  equal([...(await read).topics.keys()], ["status", "index", "soil/state", "soil/moisture"]);
});

/** A client of a broker that has these topics retained. */
function aBroker(retained: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const client = new EventEmitter() as EventEmitter & { subscribe?: (filters: string[]) => void };
  client.subscribe = (filters) => {
    asked.push(...filters);
    for (const [topic, text] of Object.entries(retained))
      client.emit("message", topic, Buffer.from(text), { retain: true });
  };
  return { client: client as unknown as MqttClient, asked };
}
