import * as assert from "uvu/assert";
import { Announcer } from "../../../deploy/homeassistant/announcer.ts";
import type { Platform } from "../../../deploy/homeassistant/component.ts";
import type { DiscoveredDevice } from "../../../deploy/homeassistant/discovered-device.ts";
import { announcements } from "../../../deploy/homeassistant/discovery.ts";
import { BoardLink } from "../../../deploy/mqtt/board-link.ts";
import { EmbeddedBroker } from "../../../deploy/mqtt/embedded-broker.ts";
import { mosquitto } from "../../harness/mosquitto.ts";
import { type MqttProbe, probe } from "../../harness/mqtt-probe.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { until } from "../../harness/until.ts";

const UID = "0123456789abcdef0123456789abcdef";
const board = {
  ...{ id: "b", root: "holdfast", uid: UID, version: "0.1.0" },
  hardware: "emulated",
  repeatMs: 60_000,
} as const;
const topicOf = (device: string) => `homeassistant/device/${UID}_${device}/config`;

function sensor(id: string): DiscoveredDevice {
  const temperature = { type: "number", unit: "°C", resolution: 0.1 } as const;
  return {
    ...{ id, kind: "sensor", driver: "bme280", part: "BME280", command: {} },
    readings: {
      temperature,
      humidity: { ...temperature, unit: "%" },
      pressure: { ...temperature, unit: "hPa" },
    },
    modes: ["full", "reduced", "safe", "off"],
  };
}

/** A board on a broker that tells of its devices, and remembers it for the next one. */
function speak(
  t: SpecContext,
  url: string,
  devices: readonly DiscoveredDevice[],
  told = new Map<string, Readonly<Record<string, Platform>>>(),
) {
  const problems: string[] = [];
  const companion = new Announcer({
    prefix: "homeassistant",
    announcements: announcements("homeassistant", board, devices),
    memory: {
      get topics() {
        return [...told.keys()];
      },
      of: (topic) => told.get(topic),
      keep: (topic, platforms) => void (platforms ? told.set(topic, platforms) : told.delete(topic)),
    },
    now: () => performance.now(),
    random: () => 0,
  });
  const link = new BoardLink({
    url,
    board: "b",
    identity: { incarnation: 1, hardware: "emulated", uid: UID },
    version: "0.1.0",
    claimMs: 60,
    backoffMs: { min: 20, max: 80 },
    catalogue: () => [],
    onCommand: () => {},
    onProblem: (text) => problems.push(text),
    companion,
  });
  t.defer(() => link.close());
  link.start();
  return { link, told, problems };
}

const configs = (home: MqttProbe) => home.seen.filter(({ topic }) => topic.endsWith("/config"));

for (const name of ["embedded broker", "mosquitto"] as const) {
  const start = async (t: SpecContext) => {
    if (name === "mosquitto") return (await mosquitto(t)).url;
    const broker = await EmbeddedBroker.start({ port: 0 });
    t.defer(() => broker.close());
    return `mqtt://127.0.0.1:${broker.port}`;
  };

  spec(
    `${name}: a home that comes later finds all devices, one that is born again is told again`,
    async (t) => {
      const url = await start(t);
      const early = await probe(t, url, ["homeassistant/#"]);
      speak(t, url, [sensor("air"), sensor("soil")]);
      await until("all is told", () => configs(early).length === 3);
      assert.equal(
        configs(early).map(({ topic }) => topic),
        [`homeassistant/device/${UID}/config`, topicOf("air"), topicOf("soil")],
      );
      const late = await probe(t, url, ["homeassistant/#"]);
      await until("all is retained", () => configs(late).length === 3);
      assert.ok(configs(late).every(({ retain }) => retain));
      await late.send("homeassistant/status", "online");
      await until("all is told again", () => configs(late).length === 6);
      assert.equal(
        new Set(configs(late).map(({ text }) => text)).size,
        3,
        "and the same as before, which Home Assistant passes over",
      );
    },
  );

  spec(`${name}: a device that the next start has no more disappears`, async (t) => {
    const url = await start(t);
    const first = speak(t, url, [sensor("air"), sensor("soil")]);
    const home = await probe(t, url, ["homeassistant/#"]);
    // What is said while somebody subscribes may come twice: retained and live.
    const told = () => new Set(configs(home).map(({ topic }) => topic)).size;
    await until("all is told", () => first.told.size === 3 && told() === 3);
    await first.link.close();
    const second = speak(t, url, [sensor("air")], first.told);
    await until("the device is taken back", () => home.texts(topicOf("soil")).at(-1) === "");
    await until("it is forgotten", () => !second.told.has(topicOf("soil")));
    const late = await probe(t, url, ["homeassistant/#"]);
    await until("the others are there", () => configs(late).length === 2);
    assert.equal(late.texts(topicOf("soil")), [], "nothing of it is left");
  });

  spec(
    `${name}: a board of 100 devices is told of, no message beyond 8 KiB`,
    async (t) => {
      const url = await start(t);
      const home = await probe(t, url, ["homeassistant/#"]);
      const { problems, link } = speak(
        t,
        url,
        Array.from({ length: 100 }, (_, i) => sensor(`air-${i}`)),
      );
      await until("all is told", () => configs(home).length === 101, 15_000);
      const longest = Math.max(...configs(home).map(({ text }) => Buffer.byteLength(text)));
      assert.ok(longest < 8192, `${longest} bytes`);
      assert.equal(problems, []);
      assert.is(link.state, "live");
    },
    { limitMs: 20_000 },
  );
}
