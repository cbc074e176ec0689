import { spawn } from "node:child_process";
import { connect, createServer, type Server } from "node:net";
import * as assert from "uvu/assert";
import { EmbeddedBroker, type EmbeddedBrokerOptions } from "../../deploy/mqtt/embedded-broker.ts";
import { hasMosquittoClients } from "../harness/mosquitto.ts";
import { probe } from "../harness/mqtt-probe.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { quietFor, until } from "../harness/until.ts";

async function broker(t: SpecContext, options: EmbeddedBrokerOptions = {}) {
  const problems: string[] = [];
  const found = await EmbeddedBroker.start({ port: 0, onProblem: (text) => problems.push(text), ...options });
  t.defer(() => found.close());
  return { broker: found, url: `mqtt://127.0.0.1:${found.port}`, problems };
}

for (const [name, protocolVersion] of [
  ["3.1.1", 4],
  ["5", 5],
] as const) {
  spec(`an MQTT ${name} client publishes, subscribes and finds what was retained`, async (t) => {
    const { url } = await broker(t);
    const writer = await probe(t, url, [], { protocolVersion });
    await writer.send("holdfast/b/status", { state: "online" }, true);
    const reader = await probe(t, url, ["holdfast/#"], { protocolVersion });
    const { retain } = await reader.waitFor(
      "the retained status",
      ({ topic }) => topic === "holdfast/b/status",
    );
    assert.ok(retain);
    await writer.send("holdfast/b/pump/set", { on: true });
    await reader.waitFor(
      "the live command",
      ({ topic, retain }) => topic === "holdfast/b/pump/set" && !retain,
    );
  });
}

spec("mosquitto_sub reads retained topics from the embedded broker", async (t) => {
  if (!hasMosquittoClients()) t.skip("mosquitto_sub is not installed");
  const { broker: b, url } = await broker(t);
  const writer = await probe(t, url);
  await writer.send("holdfast/b/air/temperature", { value: 21.4, unit: "°C" }, true);
  for (const version of ["mqttv311", "mqttv5"]) {
    const child = spawn(
      "mosquitto_sub",
      ["-p", `${b.port}`, "-V", version, "-t", "holdfast/b/air/temperature", "-C", "1", "-W", "60"],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    let output = "";
    child.stdout.on("data", (data) => {
      output += data;
    });
    await new Promise((done) => child.once("close", done));
    assert.is(output, '{"value":21.4,"unit":"°C"}\n');
  }
});

spec("a port in use is an error that names the option and the variable", async (t) => {
  const { broker: first } = await broker(t);
  const error = await EmbeddedBroker.start({ port: first.port }).then(
    () => undefined,
    (reason: Error) => reason,
  );
  assert.is(
    error?.message,
    `port ${first.port} on 127.0.0.1 is in use, so the MQTT broker cannot start: choose another with --mqtt-port or HOLDFAST_MQTT_PORT`,
  );
});

spec("listening on the network without credentials is an error at the start", async () => {
  for (const options of [{ host: "0.0.0.0" }, { host: "0.0.0.0", credentials: [] }, { host: "::" }]) {
    const error = await EmbeddedBroker.start({ port: 0, ...options }).then(
      () => undefined,
      (reason: Error) => reason,
    );
    assert.match(error?.message ?? "", /without a password: configure credentials/);
  }
});

spec("credentials decide who comes in and what each may publish", async (t) => {
  const { url, problems } = await broker(t, {
    credentials: [
      { user: "eve", password: "look", role: "viewer" },
      { user: "otto", password: "drive", role: "operator" },
      { user: "b", password: "board", role: "board" },
    ],
  });
  const refusal = (options: object) =>
    probe(t, url, [], options).then(
      () => "connected",
      (error: Error) => error.message,
    );
  assert.match(await refusal({}), /refused/i);
  assert.match(await refusal({ username: "eve", password: "drive" }), /refused/i);
  assert.ok(problems.some((text) => text.includes("wrong user name or password")));

  const board = await probe(t, url, ["holdfast/b/+/set"], { username: "b", password: "board" });
  const viewer = await probe(t, url, [], { username: "eve", password: "look" });
  const operator = await probe(t, url, [], { username: "otto", password: "drive" });
  const denied = async (run: Promise<void>) =>
    assert.ok(
      await run.then(
        () => false,
        () => true,
      ),
    );
  await denied(viewer.send("holdfast/b/pump/set", { on: true }));
  await denied(operator.send("holdfast/b/status", { state: "offline" }, true));
  await denied(operator.send("holdfast/b/pump/set", { on: true }, true));
  await operator.send("holdfast/b/pump/set", { on: false });
  await board.waitFor("the operator's command", ({ text }) => text === '{"on":false}');
  assert.is(board.seen.length, 1);

  const curious = await probe(t, url, ["holdfast/#"], { username: "eve", password: "look" });
  await board.send("holdfast/b/link/x", "secret");
  await board.send("holdfast/b/status", "{}");
  await curious.waitFor("the status", ({ topic }) => topic === "holdfast/b/status");
  assert.is(curious.seen.length, 1);
});

spec("packets, clients and retained topics are bounded", async (t) => {
  const { url, broker: b } = await broker(t, {
    maxClients: 2,
    maxPacketBytes: 2048,
    maxRetainedTopics: 2,
    maxRetainedBytes: 100,
  });
  const writer = await probe(t, url);
  const denied = async (topic: string, text: string) =>
    assert.ok(
      await writer.send(topic, text, true).then(
        () => false,
        () => true,
      ),
      topic,
    );
  await writer.send("a", "x", true);
  await writer.send("b", "x", true);
  await denied("c", "x");
  await denied("b", "x".repeat(100));
  await writer.send("a", "", true);
  await writer.send("c", "x", true);

  const second = await probe(t, url);
  assert.match(
    await probe(t, url).then(
      () => "",
      (error: Error) => error.message,
    ),
    /refused/i,
  );
  assert.is(b.clients, 2);
  const gone = new Promise<void>((done) => second.client.once("close", () => done()));
  second.client.publish("big", "x".repeat(4000), { qos: 0 });
  await gone;
});

spec(
  "a command sent while its subscriber was away is never delivered, not even to a session that asked for it",
  async (t) => {
    const { url } = await broker(t);
    const sessions = [
      { protocolVersion: 4, clean: false, clientId: "old" },
      { protocolVersion: 5, clean: false, clientId: "new", properties: { sessionExpiryInterval: 3600 } },
    ] as const;
    for (const session of sessions) {
      const away = await probe(t, url, ["holdfast/b/+/set"], session);
      await away.client.endAsync();
    }
    const writer = await probe(t, url);
    // MQTT 5 sessions are told that they end after a second.
    await quietFor(1200);
    await writer.send("holdfast/b/pump/set", { on: true });
    for (const session of sessions) {
      const back = await probe(t, url, [], session);
      await quietFor(100);
      assert.equal(back.seen, []);
    }
  },
);

spec(
  "a subscriber that stops reading is dropped and the others go on",
  async (t) => {
    const { url, broker: b } = await broker(t);
    const frozen = await probe(t, url, ["flood"]);
    const reader = await probe(t, url, ["tick"]);
    const writer = await probe(t, url);
    (
      frozen.client.stream as unknown as { pause(): void; removeAllListeners(name: string): void }
    ).removeAllListeners("data");
    frozen.client.stream.unpipe();
    for (let i = 0; i < 200; i++) writer.client.publish("flood", Buffer.alloc(100_000), { qos: 0 });
    await until("the frozen client is dropped", () => b.clients === 2, 8000);
    await writer.send("tick", "x");
    await reader.waitFor("a tick", ({ topic }) => topic === "tick");
  },
  { limitMs: 15_000 },
);

spec("bytes that are no MQTT end their connection only", async (t) => {
  const { broker: b, url, problems } = await broker(t);
  const reader = await probe(t, url, ["a"]);
  const socket = connect(b.port, "127.0.0.1");
  const closed = new Promise((done) => socket.once("close", done));
  socket.on("error", () => {});
  socket.write("GET / HTTP/1.1\r\n\r\n");
  await closed;
  assert.is(problems.length, 1);
  await reader.send("a", "x");
  await reader.waitFor("an echo", ({ topic }) => topic === "a");
});

spec("closing ends clients, strangers and the port", async (t) => {
  const { broker: b, url } = await broker(t);
  const client = await probe(t, url);
  const stranger = connect(b.port, "127.0.0.1");
  stranger.on("error", () => {});
  const ended = Promise.all([
    new Promise<void>((done) => client.client.once("close", () => done())),
    new Promise((done) => stranger.once("close", done)),
  ]);
  await new Promise((done) => stranger.once("connect", done));
  await b.close();
  await ended;
  const again: Server = createServer();
  await new Promise<void>((done) => again.listen(b.port, "127.0.0.1", done));
  await new Promise((done) => again.close(done));
});

spec(
  "a client of 3.1.1 without an id has no session to ask for; one that asks for none is let in",
  async (t) => {
    const { broker: found } = await broker(t);
    for (const [flags, code] of [
      [0x00, 2],
      [0x02, 0],
    ] as const) {
      const socket = connect({ host: "127.0.0.1", port: found.port });
      t.defer(() => socket.destroy());
      // 3.1: header, "MQTT", level 4, flags, keep alive 60 s, no id.
      socket.write(Buffer.from([0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, flags, 0, 60, 0, 0]));
      const answer = await new Promise<Buffer>((done) => socket.once("data", done));
      assert.equal([...answer.subarray(0, 4)], [0x20, 2, 0, code]);
    }
  },
);

spec("a will says its own properties, and not how long it had to wait", async (t) => {
  const { url } = await broker(t);
  const reader = await probe(t, url, ["will"]);
  const heard: unknown[] = [];
  reader.client.on("message", (_topic, _payload, packet) => heard.push(packet.properties));
  const properties = { willDelayInterval: 1, userProperties: { a: "2" } };
  const lost = await probe(t, url, [], {
    properties: { sessionExpiryInterval: 1 },
    will: { topic: "will", payload: Buffer.from("gone"), qos: 1, retain: false, properties },
  });
  lost.client.stream.destroy();
  await until("the will", () => heard.length > 0);
  assert.equal(JSON.parse(JSON.stringify(heard)), [{ userProperties: { a: "2" } }]);
});

spec("a client of MQTT 5 may say a topic once, and then its alias", async (t) => {
  const { url } = await broker(t);
  const reader = await probe(t, url, ["a/long/topic"]);
  const writer = await probe(t, url);
  const properties = { topicAlias: 3 };
  await writer.client.publishAsync("a/long/topic", "first", { qos: 1, properties });
  await writer.client.publishAsync("", "second", { qos: 1, properties });
  await until("both", () => reader.seen.length === 2);
  assert.equal(reader.texts("a/long/topic"), ["first", "second"]);
});

spec("a client of MQTT 5 gets nothing larger than it takes, live or retained, and stays", async (t) => {
  const { url } = await broker(t);
  const writer = await probe(t, url);
  await writer.send("kept/large", "x".repeat(100), true);
  const small = await probe(t, url, ["kept/+", "live"], { properties: { maximumPacketSize: 64 } });
  await writer.send("live", "x".repeat(58));
  await writer.send("live", "fits");
  await until("what fits", () => small.seen.length > 0);
  assert.equal(
    small.seen.map(({ text }) => text),
    ["fits"],
  );
});
