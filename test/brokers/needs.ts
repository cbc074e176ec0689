/**
 * What boards need of a broker, as cases over any of them: with the same client, link and packets that a board has. What a
 * broker lacks and a board copes with is a case, too: the day it changes the table in the README has to.
 */
import mqtt from "mqtt";
import { equal, is } from "uvu/assert";
import { BoardLink } from "../../deploy/mqtt/board-link.ts";
import { MqttClient, type MqttClientOptions } from "../../deploy/mqtt/mqtt-client.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import { OutsideBoard } from "../end-to-end/outside-board.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { quietFor, until } from "../harness/until.ts";
import type { BrokerKind, RunningBroker } from "./broker-kinds.ts";

/** Long enough for whatever would come twice to come. */
const SETTLE_MS = 300;
const PACKET_BYTES = 200 * 1024;

/** Declares them over this one; all share one broker. */
export function declareNeeds(kind: BrokerKind): void {
  let shared: Promise<RunningBroker> | undefined;
  const undos: (() => unknown)[] = [];
  const limitMs = kind.startLimitMs + 25_000;
  const need = (name: string, body: (broker: RunningBroker, t: SpecContext) => Promise<void>, more = 0) =>
    spec(
      `${kind.name}: ${name}`,
      async (t) => {
        shared ??= kind.run({ ...t, defer: (undo) => void undos.push(undo) });
        await body(await shared, t);
      },
      { limitMs: limitMs + more },
    );

  need(`a client is let in with MQTT ${kind.mqtt}`, async ({ url }, t) => {
    const { client } = await joined(t, url);
    is(client.protocolVersion, kind.mqtt === "5" ? 5 : 4);
  });

  need(
    "what is retained is there for who asks for exactly that, and gone when it is cleared",
    async ({ url }, t) => {
      const { client: writer } = await joined(t, url);
      await said(writer, "needs/exact/status", "here", true);
      const { heard } = await joined(t, url, { subscriptions: ["needs/exact/status"] });
      await until("the retained message", () => heard.length > 0);
      equal(heard, ["needs/exact/status here retained"]);
      await said(writer, "needs/exact/status", "", true);
      await quietFor(SETTLE_MS);
      const { heard: later } = await joined(t, url, { subscriptions: ["needs/exact/status"] });
      await quietFor(SETTLE_MS);
      equal(later, []);
    },
  );

  need(
    kind.retainedToWildcard
      ? "it is there for a wildcard, too"
      : "it is never there for a wildcard: boards knock, and readers go by the index",
    async ({ url }, t) => {
      const { client: writer } = await joined(t, url);
      await said(writer, "needs/wild/status", "here", true);
      const { heard } = await joined(t, url, { subscriptions: ["needs/+/status"] });
      if (kind.retainedToWildcard) await until("the retained message", () => heard.length > 0);
      else await quietFor(SETTLE_MS);
      equal(heard, kind.retainedToWildcard ? ["needs/wild/status here retained"] : []);
      await said(writer, "needs/wild/status", "", true);
    },
  );

  need("the last will of a client that is cut off is said, and retained", async ({ url }, t) => {
    const { heard } = await joined(t, url, { subscriptions: ["needs/will/status"] });
    const doomed = await connectDoomed(t, url, kind);
    doomed.stream.destroy();
    await until("the will", () => heard.length > 0, 20_000);
    equal(
      heard.map((text) => text.replace(" retained", "")),
      ["needs/will/status gone"],
    );
    const { heard: later } = await joined(t, url, { subscriptions: ["needs/will/status"] });
    await until("the retained will", () => later.length > 0);
    equal(later, ["needs/will/status gone retained"]);
  });

  need("200 messages with QoS 1 and 200 with QoS 0 come each once and in order", async ({ url }, t) => {
    const { heard } = await joined(t, url, {
      subscriptions: ["needs/order/+"],
      fleeting: ["needs/flight/+"],
    });
    const { client } = await joined(t, url, { maxInFlight: 256 });
    const sent = Array.from({ length: 200 }, (_, n) => String(n));
    const acknowledged = sent.map((text) => said(client, "needs/order/a", text, false));
    for (const text of sent) is(client.publishNow("needs/flight/a", Buffer.from(text)), true);
    await Promise.all(acknowledged);
    await until("all have come", () => heard.length >= 400, 15_000);
    await quietFor(SETTLE_MS);
    for (const topic of ["needs/order/a", "needs/flight/a"])
      equal(
        heard.filter((text) => text.startsWith(topic)).map((text) => text.split(" ")[1]),
        sent,
      );
  });

  need("a packet of 200 KB comes whole", async ({ url }, t) => {
    const { client, heard } = await joined(t, url, { subscriptions: ["needs/large"] });
    const payload = "x".repeat(PACKET_BYTES);
    await said(client, "needs/large", payload, false);
    await until("it has come", () => heard.length > 0, 15_000);
    is(heard[0], `needs/large ${payload}`);
  });

  need(
    "a board's index names all that it retains, and who knows only that finds it all",
    async ({ url }, t) => {
      const link = new BoardLink({
        url,
        board: "needs",
        identity: { incarnation: 1, hardware: "emulated", uid: "needs" },
        version: "0",
        catalogue: () => [],
        onCommand: () => {},
      });
      t.defer(() => link.close());
      link.reading("air", "temperature", { value: 21, quality: "good", at: null });
      link.start();
      await until("it is live", () => link.state === "live", 20_000);
      equal(link.broker, { url, mqtt: kind.mqtt });
      const index = "holdfast/needs/index";
      const { heard } = await joined(t, url, { subscriptions: [index] });
      const listed = () => heard.flatMap((text) => JSON.parse(text.split(" ")[1]!).topics as string[]);
      await until(
        "the index names the reading",
        () => listed().includes("holdfast/needs/air/temperature"),
        10_000,
      );
      const topics = [...new Set(listed())].filter((topic) => topic !== index);
      const { heard: found } = await joined(t, url, { subscriptions: topics });
      await until("each of them is there", () => found.length >= topics.length, 10_000);
      equal(found.map((text) => text.split(" ")[0]).toSorted(), topics.toSorted());
    },
  );

  need(
    "two boards find each other and their processes talk in sealed packets",
    async ({ url }, t) => {
      const [one, other] = ["one", "other"].map((board) => new OutsideBoard(t, { url, board }));
      void other!.run(function* (self) {
        self.publish("echo");
        for (;;) {
          const { from, n } = (yield* self.receive()) as unknown as { from: Pid; n: number };
          self.send(from, { n });
        }
      });
      const echo = await one!.find("echo@other", 30_000);
      const back = await one!.run(function* (self) {
        const answers: number[] = [];
        for (let n = 0; n < 100; n++) {
          self.send(echo, { from: self.pid, n });
          answers.push(((yield* self.receive()) as unknown as { n: number }).n);
        }
        return answers;
      });
      equal(back, [...back.keys()]);
      is(back.length, 100);
    },
    20_000,
  );

  need(
    "after it was killed and started again clients are back, and hear again",
    async (broker, t) => {
      const { client, heard } = await joined(t, broker.url, { subscriptions: ["needs/again"] });
      await broker.kill();
      await until("offline", () => !client.online, 20_000);
      await broker.start();
      await until("online again", () => client.online, kind.startLimitMs + 20_000);
      await said(client, "needs/again", "once more", false);
      await until("heard", () => heard.length > 0, 10_000);
      equal(heard, ["needs/again once more"]);
    },
    kind.startLimitMs,
  );

  spec(
    `${kind.name}: it ends`,
    async () => {
      await shared?.catch(() => undefined);
      for (const undo of undos.reverse()) await undo();
    },
    { limitMs: 20_000, always: true },
  );
}

/** A client of ours, connected and subscribed; `heard`: "topic text", and " retained" where that was said. */
async function joined(t: SpecContext, url: string, options: Partial<MqttClientOptions> = {}) {
  const heard: string[] = [];
  const client = new MqttClient({
    url,
    clientId: `needs-${Math.random().toString(16).slice(2, 10)}`,
    subscriptions: [],
    backoffMs: { min: 50, max: 500 },
    onConnect: () => {},
    onMessage: (topic, payload, retain) =>
      void heard.push(`${topic} ${Buffer.from(payload).toString()}${retain ? " retained" : ""}`),
    onOffline: () => {},
    ...options,
  });
  t.defer(() => client.close());
  client.start();
  await until("a client is connected", () => client.online, 20_000);
  return { client, heard };
}

/** A client with a will, whose socket can be torn off: ours says goodbye. */
async function connectDoomed(
  t: SpecContext,
  url: string,
  { mqtt: version }: BrokerKind,
): Promise<mqtt.MqttClient> {
  const client = await mqtt.connectAsync(url, {
    protocolVersion: version === "5" ? 5 : 4,
    reconnectPeriod: 0,
    will: { topic: "needs/will/status", payload: Buffer.from("gone"), qos: 1, retain: true },
  });
  t.defer(() => client.endAsync(true));
  return client;
}

function said(client: MqttClient, topic: string, text: string, retain: boolean): Promise<void> {
  return new Promise((done, fail) => {
    const accepted = client.publish(topic, text, {
      qos: 1,
      retain,
      done: (error) => (error === undefined ? done() : fail(error)),
    });
    if (!accepted) fail(new Error("there was no room"));
  });
}
