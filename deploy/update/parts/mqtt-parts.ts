/** A board's bundle in parts over its broker, by a connection of its own: what comes there never waits for, nor before, what the board says. */
import { randomBytes } from "node:crypto";
import type { BrokerLogin } from "../../mqtt/broker-login.ts";
import { MqttClient } from "../../mqtt/mqtt-client.ts";
import { partTopics } from "../../mqtt/part-topics.ts";
import { type PartsPlan, PartsSource, type PartsTimes } from "./parts-source.ts";

/** How a board reaches its broker. */
export interface BoardBroker {
  /** As for `MqttClient`. */
  readonly url: string;
  /** Absent: none is asked for. */
  readonly login?: () => BrokerLogin;
  /** Of all topics. */
  readonly root: string;
  /** Id of the board. */
  readonly board: string;
}

/** Rejects with `UpdateError` `unreachable` when nobody answers on the board's topic of parts. */
export async function mqttParts(
  { url, login, root, board }: BoardBroker,
  { release, bytes }: Pick<PartsPlan, "release" | "bytes">,
  times?: PartsTimes,
): Promise<PartsSource> {
  const topics = partTopics(root, board);
  let trouble = "the broker was not reached yet";
  const client = new MqttClient({
    url,
    ...(login !== undefined && { login }),
    clientId: `${board}-receive-${randomBytes(4).toString("hex")}`,
    subscriptions: [],
    fleeting: [topics.part],
    onConnect: () => {
      trouble = `nothing comes on ${topics.part}: is whoever offers still there, and may this board publish ${topics.want} and read that (holdfast keys acl)?`;
      source.online();
    },
    onOffline: (cause) => {
      trouble = `no broker at ${url}: ${cause}`;
    },
    onProblem: (text) => {
      trouble = text;
    },
    onMessage: (_topic, payload, retain) => {
      if (!retain) source.heard(payload);
    },
  });
  const source: PartsSource = PartsSource.of({
    release,
    ...(bytes !== undefined && { bytes }),
    ask: (want) => void client.publishNow(topics.want, Buffer.from(want)),
    trouble: () => trouble,
    ...(times !== undefined && { times }),
    close: () => client.close(),
  });
  client.start();
  try {
    await source.start();
    return source;
  } catch (error) {
    await client.close();
    throw error;
  }
}
