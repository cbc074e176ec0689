/** The brokers that boards were tried with, and what is known to differ between them. */
import { EmbeddedBroker } from "../../deploy/mqtt/embedded-broker.ts";
import { mosquitto } from "../harness/mosquitto.ts";
import { natsCluster } from "../harness/nats.ts";
import { rabbitMq } from "../harness/rabbitmq.ts";
import type { SpecContext } from "../harness/spec.ts";

/** One that runs, and may be killed and started again at the same address. */
export interface RunningBroker {
  readonly url: string;
  kill(): Promise<void>;
  start(): Promise<void>;
}

export interface BrokerKind {
  readonly name: string;
  readonly mqtt: "5" | "3.1.1";
  /** Retained messages are delivered to a filter with a wildcard, too. */
  readonly retainedToWildcard: boolean;
  /** Longest that its start takes on a shared machine, ms. */
  readonly startLimitMs: number;
  run(t: SpecContext): Promise<RunningBroker>;
}

export const EMBEDDED: BrokerKind = {
  name: "the board's own broker",
  mqtt: "5",
  retainedToWildcard: true,
  startLimitMs: 2000,
  async run(t) {
    let broker = await EmbeddedBroker.start({ port: 0 });
    const { port } = broker;
    t.defer(() => broker.close());
    return {
      url: `mqtt://127.0.0.1:${port}`,
      kill: () => broker.close(),
      start: async () => {
        broker = await EmbeddedBroker.start({ port });
      },
    };
  },
};

export const MOSQUITTO: BrokerKind = {
  name: "Mosquitto",
  mqtt: "5",
  retainedToWildcard: true,
  startLimitMs: 4000,
  run: (t) => mosquitto(t),
};

export const NATS: BrokerKind = {
  name: "NATS",
  mqtt: "3.1.1",
  retainedToWildcard: true,
  startLimitMs: 30_000,
  run: async (t) => (await natsCluster(t, 1))[0]!,
};

export const RABBITMQ: BrokerKind = {
  name: "RabbitMQ",
  mqtt: "3.1.1",
  retainedToWildcard: false,
  startLimitMs: 90_000,
  run: rabbitMq,
};
