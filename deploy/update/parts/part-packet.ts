/**
 * What travels while a bundle comes in parts over MQTT: the board asks for a range, whoever offers answers with just that.
 * Nothing in it is believed: whether the bytes are right the signed manifest says.
 *
 * A part, numbers big-endian; one without bytes only says that somebody who has the bundle is there:
 *
 * | at | bytes | what |
 * | --- | --- | --- |
 * | 0 | 1 | format, 1 |
 * | 1 | 16 | release |
 * | 17 | 6 | where it begins in the bundle |
 * | 23 | 6 | size of the bundle |
 * | 29 | 0 to 65536 | the bytes |
 */
import type { ReleaseId } from "../../release/manifest.ts";

/**
 * Most bytes of a part. With its header it is below what brokers take as they come: AWS IoT 128 KB, our own 256 KB,
 * NATS and EMQX 1 MB; Mosquitto has no limit of its own.
 */
export const MOST_PART_BYTES = 64 * 1024;
/** Of a wanted range as text. */
const MOST_WANT_BYTES = 200;
const FORMAT = 1;
const AT = { release: 1, from: 17, of: 23, bytes: 29 } as const;
const ID_BYTES = 16;
const NUMBER_BYTES = 6;

/** A range of a bundle: bytes `from` to before `to`. Both zero: only who is there. */
export interface Want {
  readonly release: ReleaseId;
  readonly from: number;
  readonly to: number;
}

export interface Part {
  readonly release: ReleaseId;
  readonly from: number;
  /** Size of the bundle, bytes. */
  readonly of: number;
  readonly bytes: Uint8Array;
}

export function encodeWant({ release, from, to }: Want): string {
  return JSON.stringify({ release, from, to });
}

/** Undefined for what is none, or asks for more than a part holds. */
export function decodeWant(payload: Uint8Array): Want | undefined {
  if (payload.length > MOST_WANT_BYTES) return undefined;
  try {
    const { release, from, to } = JSON.parse(Buffer.from(payload).toString("latin1")) as Partial<Want>;
    const isRange = isOffset(from) && isOffset(to) && from <= to && to - from <= MOST_PART_BYTES;
    return typeof release === "string" && isRange ? { release, from, to } : undefined;
  } catch {
    return undefined; // somebody else's words
  }
}

export function encodePart({ release, from, of, bytes }: Part): Buffer {
  const packet = Buffer.alloc(AT.bytes + bytes.length);
  packet.writeUInt8(FORMAT);
  packet.write(release, AT.release, ID_BYTES, "hex");
  packet.writeUIntBE(from, AT.from, NUMBER_BYTES);
  packet.writeUIntBE(of, AT.of, NUMBER_BYTES);
  packet.set(bytes, AT.bytes);
  return packet;
}

/** Undefined for what is no part. The bytes are a view of the packet. */
export function decodePart(payload: Uint8Array): Part | undefined {
  const packet = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const length = packet.length - AT.bytes;
  if (length < 0 || length > MOST_PART_BYTES || packet[0] !== FORMAT) return undefined;
  return {
    release: packet.toString("hex", AT.release, AT.release + ID_BYTES),
    from: packet.readUIntBE(AT.from, NUMBER_BYTES),
    of: packet.readUIntBE(AT.of, NUMBER_BYTES),
    bytes: packet.subarray(AT.bytes),
  };
}

function isOffset(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
