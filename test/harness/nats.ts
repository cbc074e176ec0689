/** A real NATS server with its MQTT face, or a cluster of them, for one test. It speaks MQTT 3.1.1 only. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqtt from "mqtt";
import { BrokerProcess } from "./broker-process.ts";
import { freePort } from "./free-port.ts";
import type { SpecContext } from "./spec.ts";
import { until } from "./until.ts";

const program = ["/usr/sbin/nats-server", "/usr/bin/nats-server"].find(existsSync);
/** Raft elects the leader of the cluster's store first; on a shared machine that takes its time. */
const START_LIMIT_MS = 30_000;

/** One server; MQTT takes JetStream, so each has a store. */
export class NatsNode extends BrokerProcess {
  constructor(port: number, config: string) {
    super(program!, port, config);
  }

  /** Waits until it lets a client in. */
  async ready(): Promise<void> {
    await until(`NATS at ${this.port} lets clients in`, () => letsIn(this.url), START_LIMIT_MS);
  }

  async start(): Promise<void> {
    this.launch();
    await this.ready();
  }
}

/** Starts `size` servers that are one broker; ends the test as skipped where NATS is not installed. */
export async function natsCluster(t: SpecContext, size: number): Promise<readonly NatsNode[]> {
  if (program === undefined) t.skip("nats-server is not installed");
  const folder = mkdtempSync(join(tmpdir(), "holdfast-nats-"));
  t.defer(() => rmSync(folder, { recursive: true, maxRetries: 3 }));
  const places: { client: number; route: number; mqtt: number }[] = [];
  for (let n = 0; n < size; n++)
    places.push({ client: await freePort(), route: await freePort(), mqtt: await freePort() });
  const routes = places.map(({ route }) => `"nats://127.0.0.1:${route}"`).join(", ");
  const nodes = places.map((place, n) => {
    const config = join(folder, `node${n}.conf`);
    writeFileSync(
      config,
      [
        `server_name: node${n}`,
        `listen: 127.0.0.1:${place.client}`,
        `jetstream { store_dir: "${join(folder, `store${n}`)}", max_mem: 64M, max_file: 256M }`,
        `mqtt { listen: 127.0.0.1:${place.mqtt} }`,
        ...(size > 1
          ? [`cluster { name: boards, listen: 127.0.0.1:${place.route}, routes: [${routes}] }`]
          : []),
        "",
      ].join("\n"),
    );
    const node = new NatsNode(place.mqtt, config);
    t.defer(() => node.kill());
    return node;
  });
  for (const node of nodes) node.launch();
  for (const node of nodes) await node.ready();
  return nodes;
}

async function letsIn(url: string): Promise<boolean> {
  const client = mqtt.connect(url, { protocolVersion: 4, reconnectPeriod: 0, connectTimeout: 5000 });
  const answered = await new Promise<boolean>((done) => {
    client.once("connect", () => done(true));
    client.on("error", () => done(false));
    client.once("close", () => done(false));
  });
  await client.endAsync(true);
  return answered;
}
