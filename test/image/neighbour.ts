import { createSocket, type Socket } from "node:dgram";
import type { SpecContext } from "../harness/spec.ts";
import { arpAnswer, type Datagram, datagramIn, type End, udpFrame } from "./ethernet-frame.ts";

/** Seconds from 1900, where NTP begins, to 1970 (RFC 5905, 6). */
const NTP_BEGINS_S = 2_208_988_800;
const MDNS = { mac: "01:00:5e:00:00:fb", ip: "224.0.0.251", port: 5353 } as const;
/** An address record of the class of the internet (RFC 1035, 3.2). */
const ADDRESS_RECORD = { type: 1, class: 1 } as const;

/**
 * A machine on a board's cable: it asks for names by mDNS, and tells the time by NTP, a time of its own. QEMU hands it each frame as a
 * datagram.
 */
export class Neighbour {
  /** Questions for the time that were answered. */
  asked = 0;
  /** Addresses that were answered with, by name. */
  readonly addresses = new Map<string, string>();
  readonly #socket: Socket;
  readonly #toPort: number;
  readonly #self: Omit<End, "port">;
  readonly #timeS: number;

  private constructor(socket: Socket, toPort: number, ip: string, timeS: number) {
    this.#socket = socket;
    this.#toPort = toPort;
    this.#self = { mac: "52:54:00:12:34:99", ip };
    this.#timeS = timeS;
    socket.on("message", (frame) => this.#heard(frame));
  }

  /** `ip`: on the board's network. `timeS`: what time it says it is, s since 1970. */
  static async start(t: SpecContext, { ip, timeS }: { ip: string; timeS: number }): Promise<Neighbour> {
    const [socket, board] = [await bound(), await bound()];
    const toPort = board.address().port;
    board.close(); // QEMU's, from now on
    t.defer(() => socket.close());
    return new Neighbour(socket, toPort, ip, timeS);
  }

  /** What QEMU is to be told of it, beside a cable `user`: both on one hub, and the board's device at the same. */
  get qemu(): readonly string[] {
    const plug = (name: string, netdev?: string) => [
      "-netdev",
      `hubport,id=${name},hubid=0${netdev === undefined ? "" : `,netdev=${netdev}`}`,
    ];
    const ends = `udp=127.0.0.1:${this.#socket.address().port},localaddr=127.0.0.1:${this.#toPort}`;
    return [
      "-netdev",
      `socket,id=neighbour,${ends}`,
      ...plug("one", "neighbour"),
      ...plug("two", "user"),
      ...plug("cable"),
    ];
  }

  /** Asks all who are there for the address of a name (RFC 6762, 5.1). */
  ask(name: string): void {
    const labels = name.split(".").map((label) => Buffer.from([label.length, ...Buffer.from(label)]));
    const head = Buffer.from([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    const tail = Buffer.from([0, 0, ADDRESS_RECORD.type, 0, ADDRESS_RECORD.class]);
    this.#send({
      from: { ...this.#self, port: MDNS.port },
      to: MDNS,
      data: Buffer.concat([head, ...labels, tail]),
    });
  }

  #heard(frame: Buffer): void {
    const answer = arpAnswer(frame, this.#self);
    if (answer !== undefined) this.#socket.send(answer, this.#toPort, "127.0.0.1");
    const datagram = datagramIn(frame);
    if (datagram?.to.port === MDNS.port) {
      for (const [name, ip] of addressesIn(datagram.data)) this.addresses.set(name, ip);
    } else if (datagram?.to.port === 123 && datagram.to.ip === this.#self.ip) {
      this.asked++;
      this.#send({ from: datagram.to, to: datagram.from, data: timeAnswer(datagram.data, this.#timeS) });
    }
  }

  #send(datagram: Datagram): void {
    this.#socket.send(udpFrame(datagram), this.#toPort, "127.0.0.1");
  }
}

function bound(): Promise<Socket> {
  return new Promise((done, failed) => {
    const socket = createSocket("udp4");
    socket.once("error", failed);
    socket.bind(0, "127.0.0.1", () => done(socket));
  });
}

/** What a server of stratum 2 answers (RFC 5905, 7.3). */
function timeAnswer(question: Buffer, timeS: number): Buffer {
  const answer = Buffer.alloc(48);
  answer.set([(question[0]! & 0x38) | 4, 2, question[2]!, 0xec]); // the asker's version, mode server
  answer.write("TEST", 12, "latin1");
  question.copy(answer, 24, 40, 48); // what it sent comes back
  for (const at of [16, 32, 40]) answer.writeUInt32BE(timeS + NTP_BEGINS_S, at);
  return answer;
}

/** Address records of a message, by name. */
function addressesIn(message: Buffer): [string, string][] {
  const [questions, answers] = [message.readUInt16BE(4), message.readUInt16BE(6)];
  const found: [string, string][] = [];
  let at = 12;
  for (let n = 0; n < questions; n++) at = nameAt(message, at).end + 4;
  for (let n = 0; n < answers; n++) {
    const { name, end } = nameAt(message, at);
    const length = message.readUInt16BE(end + 8);
    if (message.readUInt16BE(end) === ADDRESS_RECORD.type)
      found.push([name, [...message.subarray(end + 10, end + 14)].join(".")]);
    at = end + 10 + length;
  }
  return found;
}

/** A name, with those that it points to (RFC 1035, 4.1.4). */
function nameAt(message: Buffer, from: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = from;
  for (let length = message[at]!; length !== 0; length = message[at]!) {
    if (length >= 0xc0) {
      const { name } = nameAt(message, message.readUInt16BE(at) & 0x3fff);
      return { name: [...labels, name].join("."), end: at + 2 };
    }
    labels.push(message.toString("utf8", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join("."), end: at + 1 };
}
