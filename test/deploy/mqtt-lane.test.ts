import fc from "fast-check";
import * as assert from "uvu/assert";
import { EmbeddedBroker } from "../../deploy/mqtt/embedded-broker.ts";
import { LaneSplitter } from "../../deploy/mqtt/lane-splitter.ts";
import { MqttClient } from "../../deploy/mqtt/mqtt-client.ts";
import { type MqttVersion, publishPacket } from "../../deploy/mqtt/publish-packet.ts";
import { mosquitto } from "../harness/mosquitto.ts";
import { probe } from "../harness/mqtt-probe.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { quietFor, until } from "../harness/until.ts";

const PREFIX = "in/link/";
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

/** What comes out of a splitter on both sides, when these bytes come in such pieces. */
function split(bytes: Uint8Array, cuts: readonly number[], version: MqttVersion) {
  const lane: string[] = [];
  const rest: Uint8Array[] = [];
  const received = (topic: string, payload: Uint8Array) => void lane.push(`${topic} ${text(payload)}`);
  const splitter = new LaneSplitter({ prefix: PREFIX, received }, version, (part) => void rest.push(part));
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  for (const [index, from] of [0, ...at].entries()) splitter.take(bytes.subarray(from, at[index]));
  return { lane, rest: Buffer.concat(rest).toString("hex") };
}

// MQTT 5, 3.3.1 and 3.3.2: 30, remaining length, topic with its length, no properties, payload.
spec("a publication with QoS 0 is written byte by byte as the standard says", () => {
  const hex = (version: MqttVersion) =>
    Buffer.from(publishPacket("a/b", Buffer.from("hi"), version)).toString("hex");
  assert.is(hex(4), "30070003612f626869");
  assert.is(hex(5), "30080003612f62006869");
  const long = publishPacket("a", new Uint8Array(200_000), 4);
  // 200 003 = 67 + 26 * 128 + 12 * 16384, each digit but the last with its top bit.
  assert.equal([...long.subarray(0, 4)], [0x30, 0xc3, 0x9a, 0x0c]);
  assert.is(long.length, 4 + 200_003);
});

spec("a message with properties of MQTT 5 comes by the lane without them", () => {
  // Message expiry interval (02) of 60 s: five bytes of properties.
  const packet = Buffer.from(
    `3016${"0009"}${Buffer.from("in/link/a").toString("hex")}05020000003c68656c6c6f`,
    "hex",
  );
  assert.equal(split(packet, [], 5), { lane: ["in/link/a hello"], rest: "" });
});

spec(
  "however a broker's bytes are cut, packets of the lane come out whole and all else goes on as it was",
  () => {
    const payload = fc.string({ maxLength: 300 });
    const topic = fc.constantFrom(
      "in/link/a",
      "in/link/",
      "in/link",
      "in/status",
      "x",
      "in/link/long-name-of-a-board",
    );
    const publish = fc.record({ topic, payload });
    const other = fc.constantFrom(
      "d000",
      "40020001",
      "9003000100",
      "3103000178",
      "320500017800" + "01",
      "2003000000",
    );
    const packets = fc.array(fc.oneof(publish, publish, other), { maxLength: 12 });
    fc.assert(
      fc.property(
        packets,
        fc.array(fc.nat(4000), { maxLength: 12 }),
        fc.constantFrom(4, 5),
        (all, cuts, version) => {
          const bytes = all.map((one) =>
            typeof one === "string"
              ? Buffer.from(one, "hex")
              : publishPacket(one.topic, Buffer.from(one.payload), version as MqttVersion),
          );
          const isOfLane = (one: (typeof all)[number]) =>
            typeof one !== "string" && one.topic.startsWith(PREFIX);
          const found = split(Buffer.concat(bytes), cuts, version as MqttVersion);
          assert.equal(
            found.lane,
            all.flatMap((one) =>
              typeof one !== "string" && isOfLane(one)
                ? [`${one.topic} ${text(Buffer.from(one.payload))}`]
                : [],
            ),
          );
          assert.is(
            found.rest,
            Buffer.concat(bytes.filter((_, index) => !isOfLane(all[index]!))).toString("hex"),
          );
        },
      ),
      { numRuns: 500 },
    );
  },
);

spec(
  "what is no MQTT goes on to the parser that says so, and so does a packet longer than any of the lane",
  () => {
    const broken = Buffer.from("30ffffffff7f00016161", "hex");
    assert.equal(split(broken, [3], 5), { lane: [], rest: broken.toString("hex") });
    const long = publishPacket("in/link/a", new Uint8Array((1 << 20) + 1), 5);
    const found = split(long, [10, 500_000], 5);
    assert.equal([found.lane.length, found.rest.length], [0, 2 * long.length]);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.array(fc.nat(60)), (bytes, cuts) => {
        split(bytes, cuts, 5);
      }),
      { numRuns: 1000 },
    );
  },
);

async function client(t: SpecContext, url: string, version: MqttVersion) {
  const log: string[] = [];
  const found = new MqttClient({
    url,
    clientId: `lane-${version}`,
    subscriptions: [`${PREFIX}+`, "to/+"],
    backoffMs: { min: 20, max: 80 },
    lane: { prefix: PREFIX, received: (topic, payload) => log.push(`lane ${topic} ${payload.length}`) },
    onConnect: () => {},
    onMessage: (topic, payload, retain) => log.push(`${topic} ${payload.length} ${retain}`),
    onOffline: (cause) => log.push(`offline ${cause}`),
  });
  t.defer(() => found.close());
  found.start();
  await until("connected", () => found.online);
  assert.is(found.protocolVersion, version);
  return { found, log };
}

const brokers: Readonly<Record<string, (t: SpecContext) => Promise<string>>> = {
  Mosquitto: async (t) => (await mosquitto(t)).url,
  "the embedded broker": async (t) => {
    const broker = await EmbeddedBroker.start({ port: 0 });
    t.defer(() => broker.close());
    return `mqtt://127.0.0.1:${broker.port}`;
  },
};

for (const [name, start] of Object.entries(brokers)) {
  spec(
    `through ${name}, packets come by the lane and everything else by MQTT.js, in both directions`,
    async (t) => {
      const url = await start(t);
      const { found, log } = await client(t, url, 5);
      const heard: string[] = [];
      const other = await probe(t, url);
      await other.client.subscribeAsync("out/#", { qos: 1 });
      other.client.on("message", (topic, payload) => heard.push(`${topic} ${payload.length}`));
      await other.client.publishAsync("in/link/a", Buffer.alloc(100), { qos: 0 });
      await other.client.publishAsync("in/link/b", Buffer.alloc(200_000), { qos: 0 });
      await other.client.publishAsync("to/me", Buffer.alloc(3), { qos: 0 });
      await other.client.publishAsync("in/link/acknowledged", Buffer.alloc(4), { qos: 1 });
      await until("all came", () => log.length === 4);
      assert.equal(log.slice(0, 2), ["lane in/link/a 100", "lane in/link/b 200000"]);
      assert.equal(log.slice(2), ["to/me 3 false", "in/link/acknowledged 4 false"]);
      let acknowledged = 0;
      const done = (error?: Error) => {
        if (error === undefined) acknowledged++;
      };
      for (let n = 1; n <= 8; n++) {
        assert.ok(found.publishNow("out/now", new Uint8Array(n)));
        assert.ok(found.publish("out/counted", new Uint8Array(10_000 + n), { qos: 1, retain: false, done }));
      }
      await until("all are there", () => heard.length === 16 && acknowledged === 8);
      const of = (topic: string) =>
        heard.filter((line) => line.startsWith(topic)).map((line) => Number(line.split(" ")[1]));
      assert.equal(of("out/now"), [1, 2, 3, 4, 5, 6, 7, 8]);
      assert.equal(
        of("out/counted"),
        [1, 2, 3, 4, 5, 6, 7, 8].map((n) => 10_000 + n),
      );
      await quietFor(50);
      assert.is(log.length, 4, "nothing else came");
    },
  );
}

spec(
  "when the broker dies and comes back the lane is there again, and a goodbye leaves nothing open",
  async (t) => {
    const broker = await mosquitto(t);
    const { found, log } = await client(t, broker.url, 5);
    await broker.kill();
    await until("it is seen", () => log.some((line) => line.startsWith("offline")));
    assert.not(found.publishNow("out/now", new Uint8Array(1)));
    await broker.start();
    await until("connected again", () => found.online);
    const other = await probe(t, broker.url, ["out/now"]);
    await other.client.publishAsync("in/link/a", Buffer.alloc(7), { qos: 0 });
    await until("it came", () => log.at(-1) === "lane in/link/a 7");
    assert.ok(found.publishNow("out/now", Buffer.from("last words")));
    await found.close();
    await until("they came", () => other.seen.at(-1)?.text === "last words");
    const { length } = log;
    await other.client.publishAsync("in/link/a", Buffer.alloc(7), { qos: 0 });
    await quietFor(50);
    assert.is(log.length, length, "nothing is heard after a goodbye");
  },
);
