/** A way to a broker that writes down what the broker has said to have: what came of a record is seen here, whatever its readers see. */
import { connect, createServer, type Socket } from "node:net";
import type { SpecContext } from "../../harness/spec.ts";
import { MqttPackets } from "../../network/wire/mqtt-packets.ts";

export interface AckedTap {
  /** Of the broker behind it. */
  readonly url: string;
  /** Payloads on the topic that were acknowledged, in the order of that. */
  readonly acked: readonly string[];
}

const CONNECT = 0x10;

/** Listens for one test. Packets as in MQTT 5 and 3.1.1: CONNECT 3.1, PUBLISH 3.3, PUBACK 3.4. */
export async function ackedTap(t: SpecContext, brokerPort: number, topic: string): Promise<AckedTap> {
  const acked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const broker = connect(brokerPort, "127.0.0.1");
    const underWay = new Map<number, string>();
    // A broker that is killed hangs up, as one does that knows no MQTT 5: the board may come back with 3.1.1.
    let version = 5;
    const [up, down] = [new MqttPackets(), new MqttPackets()];
    client.on("data", (bytes) => {
      for (const packet of up.feed(bytes)) {
        if (packet[0] === CONNECT) version = packet[variableHeaderAt(packet) + 6]!;
        const said = publishOn(topic, packet, version);
        if (said !== undefined) underWay.set(said.id, said.payload);
      }
      broker.write(bytes);
    });
    broker.on("data", (bytes) => {
      for (const packet of down.feed(bytes)) {
        const payload = packet[0] === 0x40 ? underWay.get(packet.readUInt16BE(2)) : undefined;
        if (payload !== undefined) acked.push(payload);
      }
      client.write(bytes);
    });
    for (const [one, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      sockets.add(one);
      one.on("error", () => {}); // a broker that is killed; `close` follows
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  t.defer(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `mqtt://127.0.0.1:${(server.address() as { port: number }).port}`, acked };
}

/** Id and payload of a PUBLISH with QoS 1 on the topic. */
function publishOn(
  topic: string,
  packet: Buffer,
  version: number,
): { id: number; payload: string } | undefined {
  if ((packet[0]! & 0xf6) !== 0x32) return undefined;
  const at = variableHeaderAt(packet);
  const end = at + 2 + packet.readUInt16BE(at);
  if (packet.toString("utf8", at + 2, end) !== topic) return undefined;
  // The length of properties is one byte: what a board says has few (MQTT 5, 2.2.2.1).
  const properties = end + 2;
  const payload = version < 5 ? properties : properties + 1 + packet[properties]!;
  return { id: packet.readUInt16BE(end), payload: packet.toString("utf8", payload) };
}

/** Behind the first byte and the length of the rest (2.1). */
function variableHeaderAt(packet: Buffer): number {
  let at = 1;
  while (packet[at++]! >= 0x80);
  return at;
}
