/**
 * A Mosquitto that never takes an emulated machine for gone because it stands still: to this machine's clock its ten seconds may
 * be a minute, and a broker ends a connection after one and a half keep-alives without a packet ([MQTT-3.1.2-24]). On the way to it CONNECT says 0, which
 * is never (3.1.2.10). Who is switched off closes its connection, and is gone at once as ever.
 */
import { connect, createServer, type Socket } from "node:net";
import { mosquitto } from "../harness/mosquitto.ts";
import type { SpecContext } from "../harness/spec.ts";

export interface PatientBroker {
  /** For programs of this machine. */
  readonly url: string;
  /** Its address as a machine sees it behind QEMU's user network. */
  readonly fromGuest: string;
}

/** Ends with the test. */
export async function patientBroker(t: SpecContext): Promise<PatientBroker> {
  const broker = await mosquitto(t);
  const sockets = new Set<Socket>();
  const server = createServer((guest) => {
    const through = connect({ host: "127.0.0.1", port: broker.port });
    for (const [one, other] of [
      [guest, through],
      [through, guest],
    ] as const) {
      sockets.add(one);
      one.on("error", () => {}); // its close follows
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    guest.once("data", (first) => {
      through.write(withoutKeepAlive(first));
      guest.pipe(through);
    });
    through.pipe(guest);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  t.defer(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as { port: number };
  return { url: broker.url, fromGuest: `mqtt://10.0.2.2:${port}` };
}

/** CONNECT (3.1): type, remaining length of one to four bytes, `MQTT` with its length, level, flags, then the keep-alive. */
function withoutKeepAlive(packet: Buffer): Buffer {
  const isConnect = packet[0] === 0x10;
  const lengthBytes = packet.subarray(1).findIndex((byte) => byte < 0x80) + 1;
  const keepAlive = 1 + lengthBytes + 2 + 4 + 1 + 1;
  if (!isConnect || packet.length < keepAlive + 2)
    throw new Error("a connection that begins with no CONNECT");
  const changed = Buffer.from(packet);
  changed.writeUInt16BE(0, keepAlive);
  return changed;
}
