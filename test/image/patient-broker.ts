/**
 * A Mosquitto that never takes an emulated machine for gone because it stands still: to this machine's clock its ten seconds may
 * be a minute, and a broker ends a connection after one and a half keep-alives without a packet ([MQTT-3.1.2-24]). On the way to it CONNECT says 0, which
 * is never (3.1.2.10). Who is switched off closes its connection, and is gone at once as ever.
 */
import { connect, createServer, type Socket } from "node:net";
import { mosquitto } from "../harness/mosquitto.ts";
import type { SpecContext } from "../harness/spec.ts";

/** First byte of the packet of that name (2.2). */
const CONNECT = 0x10;

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
    let begin: Buffer = Buffer.alloc(0);
    const hear = (part: Buffer) => {
      begin = Buffer.concat([begin, part]);
      if (begin[0] !== CONNECT) return void guest.destroy(); // as a broker would
      const changed = withoutKeepAlive(begin);
      if (changed === undefined) return;
      guest.off("data", hear);
      through.write(changed);
      guest.pipe(through);
    };
    guest.on("data", hear);
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

/**
 * CONNECT (3.1): type, remaining length of one to four bytes, `MQTT` with its length, level, flags, then the keep-alive. Undefined while
 * that has not come: a page's client sends a packet in many small parts.
 */
function withoutKeepAlive(packet: Buffer): Buffer | undefined {
  const lengthEnd = packet.findIndex((byte, at) => at > 0 && byte < 0x80);
  const keepAlive = lengthEnd + 1 + 2 + 4 + 1 + 1;
  if (lengthEnd < 0 || packet.length < keepAlive + 2) return undefined;
  const changed = Buffer.from(packet);
  changed.writeUInt16BE(0, keepAlive);
  return changed;
}
