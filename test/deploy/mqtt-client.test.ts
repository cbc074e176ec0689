import { createServer, type Socket } from "node:net";
import * as assert from "uvu/assert";
import { EmbeddedBroker } from "../../deploy/mqtt/embedded-broker.ts";
import { MqttClient, type MqttClientOptions } from "../../deploy/mqtt/mqtt-client.ts";
import { freePort } from "../harness/free-port.ts";
import { mosquitto } from "../harness/mosquitto.ts";
import { probe } from "../harness/mqtt-probe.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { quietFor, until } from "../harness/until.ts";

function client(t: SpecContext, url: string, options: Partial<MqttClientOptions> = {}) {
  const log: string[] = [];
  const found = new MqttClient({
    url,
    clientId: `test-${Math.random().toString(16).slice(2, 10)}`,
    subscriptions: ["to/+"],
    backoffMs: { min: 20, max: 80 },
    onConnect: (sessionNew) => log.push(`connect ${sessionNew}`),
    onMessage: (topic, payload, retain) => log.push(`${topic} ${Buffer.from(payload).toString()} ${retain}`),
    onOffline: (cause) => log.push(`offline ${cause}`),
    onProblem: (text) => log.push(`problem ${text}`),
    ...options,
  });
  t.defer(() => found.close());
  found.start();
  return { client: found, log };
}

async function embedded(t: SpecContext, port = 0) {
  const broker = await EmbeddedBroker.start({ port });
  t.defer(() => broker.close());
  return { broker, url: `mqtt://127.0.0.1:${broker.port}` };
}

/** A broker that knows MQTT 3.1.1 only: it answers a version 5 CONNECT as `answer` says. */
async function oldBroker(t: SpecContext, behind: EmbeddedBroker, answer: "code" | "close" | "reset") {
  const versions: number[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("readable", () => {
      const connect: Buffer = socket.read();
      const version = connect[connect.indexOf("MQTT") + 4]!;
      versions.push(version);
      if (version === 5) {
        if (answer === "code") socket.write(Buffer.from([0x20, 2, 0, 1]));
        if (answer === "reset") socket.resetAndDestroy();
        else socket.end();
        return;
      }
      socket.unshift(connect);
      behind.handle(socket);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  t.defer(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((done) => server.close(done));
  });
  return { url: `mqtt://127.0.0.1:${(server.address() as { port: number }).port}`, versions };
}

spec("it connects with MQTT 5, is subscribed when it says so, and hears messages", async (t) => {
  const { url } = await embedded(t);
  const { client: c, log } = client(t, url);
  await until("connected", () => c.online);
  assert.is(c.protocolVersion, 5);
  const other = await probe(t, url);
  await other.send("to/me", "hello");
  await until("the message", () => log.includes("to/me hello false"));
  assert.is(log[0], "connect true");
});

spec("a message published live with the retain flag shows it", async (t) => {
  const { url } = await embedded(t);
  const { client: c, log } = client(t, url);
  await until("connected", () => c.online);
  await (await probe(t, url)).send("to/me", "x", true);
  await until("the message", () => log.includes("to/me x true"));
});

for (const answer of ["code", "close", "reset"] as const) {
  spec(`a broker that refuses version 5 (${answer}) is asked with 3.1.1`, async (t) => {
    const { broker } = await embedded(t);
    const old = await oldBroker(t, broker, answer);
    const { client: c } = client(t, old.url);
    await until("connected", () => c.online);
    assert.is(c.protocolVersion, 4);
    const asked = answer === "code" ? [5, 4] : [5, 5, 4];
    assert.equal(old.versions, asked);
    await quietFor(100);
    assert.equal(old.versions, asked);
  });
}

spec("it comes back after the broker did, subscribed again", async (t) => {
  const { broker, url } = await embedded(t, await freePort());
  const { client: c, log } = client(t, url);
  await until("connected", () => c.online);
  await broker.close();
  await until("offline", () => !c.online);
  await quietFor(200);
  await embedded(t, broker.port);
  await until("connected again", () => c.online);
  await (await probe(t, url)).send("to/me", "again");
  await until("the message", () => log.includes("to/me again false"));
  assert.ok(log.some((line) => line.startsWith("offline")));
});

spec(
  "of several nodes the next is used when one is lost, and one that takes connections and says nothing",
  async (t) => {
    const [first, third] = [await embedded(t), await embedded(t)];
    const silent = createServer((socket) => socket.on("error", () => {}).resume());
    await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
    t.defer(() => new Promise((done) => silent.close(done)));
    const second = `mqtt://127.0.0.1:${(silent.address() as { port: number }).port}`;
    const { client: c, log } = client(t, [first.url, second, third.url].join(","));
    await until("connected", () => c.online);
    assert.is(c.brokerUrl, first.url);
    await first.broker.close();
    await until("connected to the third", () => c.online && c.brokerUrl === third.url, 15_000);
    assert.is(c.protocolVersion, 5, "silence says nothing about the version");
    await (await probe(t, third.url)).send("to/me", "again");
    await until("the message", () => log.includes("to/me again false"));
  },
  { limitMs: 25_000 },
);

spec("it goes on trying after wrong credentials", async (t) => {
  const broker = await EmbeddedBroker.start({
    port: 0,
    credentials: [{ user: "a", password: "b", role: "board" }],
  });
  t.defer(() => broker.close());
  const { log, client: c } = client(t, `mqtt://127.0.0.1:${broker.port}`, {
    login: () => ({ user: "a", password: "wrong" }),
  });
  await until("several refusals", () => log.length >= 3);
  assert.match(
    log[0]!,
    /offline the broker refuses user "a" or its password: .*\(Connection refused: Bad User Name or Password\)/i,
  );
  assert.is(c.protocolVersion, 5);
});

spec("publishing says no while offline, and nothing is queued", async (t) => {
  const { broker, url } = await embedded(t, await freePort());
  await broker.close();
  const { client: c } = client(t, url);
  assert.not(c.publish("from/me", "lost", { qos: 1, retain: false }));
  assert.not(c.publish("from/me", "lost", { qos: 0, retain: false }));
  await embedded(t, broker.port);
  const other = await probe(t, url, ["from/#"]);
  await until("connected", () => c.online);
  assert.ok(c.publish("from/me", "kept", { qos: 1, retain: false }));
  await until("the message", () => other.seen.length > 0);
  assert.equal(other.texts("from/me"), ["kept"]);
});

spec("what is under way is bounded, and room is announced", async (t) => {
  const { url } = await embedded(t);
  let rooms = 0;
  const { client: c } = client(t, url, { maxInFlight: 4, onRoom: () => rooms++ });
  await until("connected", () => c.online);
  const accepted = Array.from({ length: 10 }, () => c.publish("from/me", "x", { qos: 1, retain: false }));
  assert.is(accepted.filter(Boolean).length, 4);
  await until("four acknowledgements", () => rooms === 4);
  assert.ok(c.publish("from/me", "x", { qos: 1, retain: false }));
});

spec("publications under way when the connection breaks are reported as lost, once", async (t) => {
  const silent = createServer((socket) => {
    socket.on("error", () => {});
    // CONNACK of MQTT 5 without properties, then nothing: no publication is ever acknowledged.
    socket.once("data", () => socket.write(Buffer.from([0x20, 3, 0, 0, 0])));
    setTimeout(() => socket.destroy(), 300);
  });
  await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
  t.defer(() => new Promise((done) => silent.close(done)));
  const { port } = silent.address() as { port: number };
  const { client: c } = client(t, `mqtt://127.0.0.1:${port}`, { subscriptions: [] });
  await until("connected", () => c.online);
  const ends: (Error | undefined)[] = [];
  c.publish("a", "x", { qos: 1, retain: false, done: (error) => ends.push(error) });
  await until("the loss", () => ends.length > 0);
  await c.close();
  assert.is(ends.length, 1);
  assert.instance(ends[0], Error);
});

spec("a command sent while it was away is not waiting for it (clean start, no session)", async (t) => {
  const broker = await mosquitto(t);
  const first = client(t, broker.url, { clientId: "board-1" });
  await until("connected", () => first.client.online);
  await first.client.close();
  await (await probe(t, broker.url)).send("to/me", "while you were away");
  const second = client(t, broker.url, { clientId: "board-1" });
  await until("connected", () => second.client.online);
  await quietFor(150);
  assert.equal(second.log, ["connect true"]);
});

spec("a packet of more than 1 MB is not even delivered, and costs no connection", async (t) => {
  const broker = await mosquitto(t);
  const lengths: number[] = [];
  const { log } = client(t, broker.url, { onMessage: (_, { length }) => void lengths.push(length) });
  const sender = await probe(t, broker.url);
  await until("connected", () => log.length === 1);
  for (const length of [1000, 8 << 20, 1000, 1_000_000]) await sender.send("to/me", Buffer.alloc(length));
  await until("the last one", () => lengths.length === 3);
  assert.equal(lengths, [1000, 1000, 1_000_000]);
  assert.is(log.length, 1, "still connected");
});

spec("the will is published when it is lost and not when it says goodbye", async (t) => {
  const { broker, url } = await embedded(t);
  const will = { topic: "will/me", payload: "gone" };
  const other = await probe(t, url, ["will/#"]);
  const polite = client(t, url, { will });
  await until("connected", () => polite.client.online);
  await polite.client.close();
  await until("only the probe is left", () => broker.clients === 1);
  assert.equal(other.seen, []);

  const sockets: Socket[] = [];
  const wire = createServer((socket) => {
    sockets.push(socket);
    broker.handle(socket);
  });
  await new Promise<void>((done) => wire.listen(0, "127.0.0.1", done));
  t.defer(() => new Promise((done) => wire.close(done)));
  const rude = client(t, `mqtt://127.0.0.1:${(wire.address() as { port: number }).port}`, { will });
  await until("connected", () => rude.client.online);
  for (const socket of sockets) socket.destroy();
  await until("the will", () => other.texts("will/me").includes("gone"));
});

for (const name of ["embedded broker", "mosquitto"] as const) {
  spec(
    `QoS 1 round trip through ${name} (measured, not asserted)`,
    async (t) => {
      const url = name === "mosquitto" ? (await mosquitto(t)).url : (await embedded(t)).url;
      const times: number[] = [];
      let started = 0;
      const { client: c } = client(t, url, { onMessage: () => times.push(performance.now() - started) });
      await until("connected", () => c.online);
      for (let i = 0; i < 200; i++) {
        started = performance.now();
        c.publish("to/me", "x".repeat(100), { qos: 1, retain: false });
        await new Promise<void>((done) => {
          const look = () => (times.length > i ? done() : setImmediate(look));
          look();
        });
      }
      times.sort((a, b) => a - b);
      console.log(`  ${name}: median ${times[100]!.toFixed(2)} ms, p99 ${times[198]!.toFixed(2)} ms`);
    },
    { limitMs: 30_000 },
  );
}
