/** Frames of Ethernet with UDP in them, as bytes (RFC 894, 826, 791, 768), for a test that is a neighbour of a board. */

export const TYPE = { ipv4: 0x0800, arp: 0x0806 } as const;
const UDP = 17;
const HEADER_BYTES = { ethernet: 14, ipv4: 20, udp: 8 } as const;

/** An end of a datagram. */
export interface End {
  readonly mac: string;
  readonly ip: string;
  readonly port: number;
}

export interface Datagram {
  readonly from: End;
  readonly to: End;
  readonly data: Buffer;
}

/** A datagram from one end to the other. The checksum of UDP is left out, as IPv4 allows. */
export function udpFrame({ from, to, data }: Datagram): Buffer {
  const udp = Buffer.alloc(HEADER_BYTES.udp);
  for (const [at, value] of [from.port, to.port, HEADER_BYTES.udp + data.length].entries())
    udp.writeUInt16BE(value, 2 * at);
  const ip = Buffer.alloc(HEADER_BYTES.ipv4);
  ip[0] = 0x45;
  ip.writeUInt16BE(HEADER_BYTES.ipv4 + udp.length + data.length, 2);
  ip[8] = 255; // time to live; mDNS asks for 255 (RFC 6762, 11)
  ip[9] = UDP;
  ip.set([...octets(from.ip), ...octets(to.ip)], 12);
  ip.writeUInt16BE(checksum(ip), 10);
  return Buffer.concat([ethernet(to.mac, from.mac, TYPE.ipv4), ip, udp, data]);
}

/** The datagram in a frame; undefined: there is something else in it. */
export function datagramIn(frame: Buffer): Datagram | undefined {
  if (typeOf(frame) !== TYPE.ipv4 || frame[23] !== UDP) return undefined;
  const ip = HEADER_BYTES.ethernet;
  const udp = ip + (frame[ip]! & 15) * 4;
  const end = (mac: number, address: number, port: number): End => ({
    mac: macAt(frame, mac),
    ip: [...frame.subarray(address, address + 4)].join("."),
    port: frame.readUInt16BE(port),
  });
  return {
    from: end(6, ip + 12, udp),
    to: end(0, ip + 16, udp + 2),
    data: frame.subarray(udp + HEADER_BYTES.udp, udp + frame.readUInt16BE(udp + 4)),
  };
}

/** What `mac` answers to whoever asks for its address by ARP; undefined: that is not asked. */
export function arpAnswer(frame: Buffer, { mac, ip }: Omit<End, "port">): Buffer | undefined {
  if (typeOf(frame) !== TYPE.arp || frame.readUInt16BE(20) !== 1) return undefined;
  if ([...frame.subarray(38, 42)].join(".") !== ip) return undefined;
  const answer = Buffer.from(frame.subarray(14, 42));
  answer.writeUInt16BE(2, 6);
  answer.set([...macBytes(mac), ...octets(ip)], 8);
  answer.set(frame.subarray(22, 32), 18);
  return Buffer.concat([ethernet(macAt(frame, 6), mac, TYPE.arp), answer]);
}

function typeOf(frame: Buffer): number {
  return frame.length < 42 ? 0 : frame.readUInt16BE(12);
}

function ethernet(to: string, from: string, type: number): Buffer {
  return Buffer.from([...macBytes(to), ...macBytes(from), type >> 8, type & 0xff]);
}

function macAt(frame: Buffer, at: number): string {
  return [...frame.subarray(at, at + 6)].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}

function macBytes(mac: string): number[] {
  return mac.split(":").map((byte) => Number.parseInt(byte, 16));
}

function octets(ip: string): number[] {
  return ip.split(".").map(Number);
}

/** Of a header whose field for it is 0 (RFC 1071). */
function checksum(header: Buffer): number {
  let sum = 0;
  for (let at = 0; at < header.length; at += 2) sum += header.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}
