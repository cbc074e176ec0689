/** An outside MQTT client for tests: writes down every message it sees, in order. */
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import { PATIENCE } from "./patience.ts";
import type { SpecContext } from "./spec.ts";
import { until } from "./until.ts";

export interface SeenMessage {
  readonly topic: string;
  readonly text: string;
  readonly retain: boolean;
}

export class MqttProbe {
  readonly seen: SeenMessage[] = [];
  readonly client: MqttClient;

  constructor(client: MqttClient) {
    this.client = client;
    client.on("message", (topic, payload, { retain }) => {
      this.seen.push({ topic, text: payload.toString("utf8"), retain });
    });
  }

  /** The last payload of a topic, parsed. */
  last(topic: string): Record<string, unknown> | undefined {
    const text = this.texts(topic).at(-1);
    return text === undefined || text === "" ? undefined : JSON.parse(text);
  }

  texts(topic: string): string[] {
    return this.seen.filter((message) => message.topic === topic).map(({ text }) => text);
  }

  async send(topic: string, payload: unknown, retain = false): Promise<void> {
    const bytes = Buffer.isBuffer(payload) || typeof payload === "string" ? payload : JSON.stringify(payload);
    await this.client.publishAsync(topic, bytes, { qos: 1, retain });
  }

  async waitFor(
    what: string,
    test: (message: SeenMessage) => boolean,
    limitMs?: number,
  ): Promise<SeenMessage> {
    await until(what, () => this.seen.some(test), limitMs);
    return this.seen.find(test)!;
  }
}

/** Connects (rejects when refused) and subscribes to `filters`; ends with the test. */
export async function probe(
  t: SpecContext,
  url: string,
  filters: readonly string[] = [],
  options: IClientOptions = {},
): Promise<MqttProbe> {
  const client = mqtt.connect(url, {
    protocolVersion: 5,
    reconnectPeriod: 0,
    connectTimeout: 5000 * PATIENCE,
    ...options,
  });
  t.defer(() => client.endAsync(true));
  const found = new MqttProbe(client);
  await new Promise<void>((done, fail) => {
    client.once("connect", () => done());
    client.on("error", fail);
    client.once("close", () => fail(new Error("closed before CONNACK")));
  });
  if (filters.length > 0) await client.subscribeAsync([...filters], { qos: 1, rap: true });
  return found;
}
