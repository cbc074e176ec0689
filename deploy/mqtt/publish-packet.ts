/**
 * MQTT's PUBLISH with QoS 0 as bytes, for packets whose way must be short: what MQTT.js does beside (stores, identifiers,
 * callbacks, validation) takes longer than the broker needs for the packet.
 */

/** 3.1.1 or 5. */
export type MqttVersion = 4 | 5;

/** First byte of a PUBLISH that is not retained, QoS 0 [MQTT-3.3.1]. */
const PUBLISH = 0x30;
/** Digits of a length, seven bits each [MQTT-1.5.5]. */
const LENGTH_DIGITS = 4;
/** Of the length in front of a text [MQTT-1.5.4]. */
const LENGTH_BYTES = 2;

/** The whole packet, without properties in MQTT 5. `topic`: at most 65 535 bytes as UTF-8. */
export function publishPacket(topic: string, payload: Uint8Array, version: MqttVersion): Uint8Array {
  const topicBytes = Buffer.from(topic);
  const variable = LENGTH_BYTES + topicBytes.length + (version === 5 ? 1 : 0);
  const digits = lengthDigits(variable + payload.length);
  const packet = new Uint8Array(1 + digits.length + variable + payload.length);
  packet[0] = PUBLISH;
  packet.set(digits, 1);
  const at = 1 + digits.length;
  packet[at] = topicBytes.length >>> 8;
  packet[at + 1] = topicBytes.length & 0xff;
  packet.set(topicBytes, at + LENGTH_BYTES);
  packet.set(payload, at + variable);
  return packet;
}

/** A length as MQTT writes it, and the bytes that it takes itself. */
export interface ReadLength {
  readonly length: number;
  readonly bytes: number;
}

/** `short`: there is more of it to come; `malformed`: it has more than four digits. */
export function readLength(bytes: Uint8Array, from: number): ReadLength | "short" | "malformed" {
  let length = 0;
  for (let digit = 0; digit < LENGTH_DIGITS; digit++) {
    const byte = bytes[from + digit];
    if (byte === undefined) return "short";
    length += (byte & 0x7f) * 0x80 ** digit;
    if (byte < 0x80) return { length, bytes: digit + 1 };
  }
  return "malformed";
}

/** Topic and payload of what follows the fixed header; `undefined` where the lengths in it do not fit together. */
export function readPublish(
  rest: Uint8Array,
  version: MqttVersion,
): { readonly topic: string; readonly payload: Uint8Array } | undefined {
  const topicEnd = LENGTH_BYTES + (rest[0]! << 8) + rest[1]!;
  const properties = version === 5 ? readLength(rest, topicEnd) : { length: 0, bytes: 0 };
  if (typeof properties === "string") return undefined;
  const payloadAt = topicEnd + properties.bytes + properties.length;
  if (payloadAt > rest.length) return undefined;
  const topic = Buffer.from(rest.buffer, rest.byteOffset + LENGTH_BYTES, topicEnd - LENGTH_BYTES);
  return { topic: topic.toString("utf8"), payload: rest.subarray(payloadAt) };
}

/** Whether a packet that begins so is a PUBLISH with QoS 0 that is not retained. */
export function isPlainPublish(first: number): boolean {
  return first === PUBLISH;
}

function lengthDigits(length: number): number[] {
  const digits: number[] = [];
  for (let left = length; ; left = Math.floor(left / 0x80)) {
    if (left < 0x80) return [...digits, left];
    digits.push((left % 0x80) | 0x80);
  }
}
