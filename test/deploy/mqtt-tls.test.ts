import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type TLSSocket } from "node:tls";
import * as assert from "uvu/assert";
import { EdgeServer } from "../../deploy/http/edge-server.ts";
import { EmbeddedBroker } from "../../deploy/mqtt/embedded-broker.ts";
import { MqttClient } from "../../deploy/mqtt/mqtt-client.ts";
import { probe } from "../harness/mqtt-probe.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";

/** A broker behind TLS, with a certificate of its own for `localhost`. */
async function tlsBroker(t: SpecContext) {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-tls-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const key = join(folder, "key.pem");
  const cert = join(folder, "cert.pem");
  const made = spawnSync("openssl", [
    ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost".split(
      " ",
    ),
    ..."-addext subjectAltName=DNS:localhost -keyout".split(" "),
    key,
    "-out",
    cert,
  ]);
  if (made.status !== 0) t.skip("openssl is not installed");
  const broker = await EmbeddedBroker.start({ port: 0 });
  t.defer(() => broker.close());
  const sockets = new Set<TLSSocket>();
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) => {
    sockets.add(socket);
    broker.handle(socket);
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  t.defer(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((done) => server.close(done));
  });
  const { port } = server.address() as { port: number };
  return { broker, url: `mqtts://localhost:${port}`, ca: readFileSync(cert) };
}

spec("the client speaks TLS to a broker whose certificate it knows, and to no other", async (t) => {
  const { url, ca } = await tlsBroker(t);
  const causes: string[] = [];
  const client = (tls: object) => {
    const found = new MqttClient({
      url,
      clientId: "tls",
      login: () => ({ tls }),
      subscriptions: [],
      backoffMs: { min: 20, max: 80 },
      onConnect: () => {},
      onMessage: () => {},
      onOffline: (cause) => causes.push(cause),
    });
    t.defer(() => found.close());
    found.start();
    return found;
  };
  const trusting = client({ ca });
  await until("connected", () => trusting.online);
  const stranger = client({});
  await until("two refusals", () => causes.length >= 2);
  assert.match(causes[0]!, /self-signed certificate/);
  assert.not(stranger.online);
  assert.ok(trusting.online);
});

spec("the WebSocket leads to a broker behind TLS", async (t) => {
  const { url, ca, broker } = await tlsBroker(t);
  const edge = await EdgeServer.start({
    port: 0,
    mqtt: { url, login: () => ({ tls: { ca } }) },
    health: () => ({ ok: true }),
    metrics: () => "",
  });
  t.defer(() => edge.close());
  const client = await probe(t, `ws://localhost:${edge.port}/mqtt`, ["a"]);
  await (await probe(t, `mqtt://127.0.0.1:${broker.port}`)).send("a", "hello");
  await client.waitFor("the message", ({ text }) => text === "hello");
});
